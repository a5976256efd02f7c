# Tyndau in a container: built in one stage, run in another, by a user without rights.
# `make image-steps` takes these lines and does the same without Docker, up to a passed health check.
FROM debian:12-slim AS build
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends python3 python3-venv gcc libc6-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /srv/tyndau
COPY requirements.lock ./
RUN python3 -m venv .venv \
    && .venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes \
        --requirement requirements.lock \
    && .venv/bin/python -m pip uninstall --quiet --yes pip
COPY LICENSE ./
COPY config config
COPY hearing hearing
COPY media media
COPY transcripts transcripts
COPY web web
RUN .venv/bin/python -m media.relay.native.library
RUN .venv/bin/python -m compileall -q config hearing media transcripts web

FROM debian:12-slim
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
        python3 libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-core fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /srv/tyndau tyndau \
    && mkdir -p /var/lib/tyndau \
    && chown tyndau:tyndau /var/lib/tyndau
COPY --from=build /srv/tyndau /srv/tyndau
WORKDIR /srv/tyndau
USER tyndau
ENV TYNDAU_DATA=/var/lib/tyndau TYNDAU_HOST=0.0.0.0 PYTHONUNBUFFERED=1
VOLUME /var/lib/tyndau
EXPOSE 8080/tcp 10000/udp
HEALTHCHECK --interval=15s --timeout=3s --start-period=30s CMD [".venv/bin/python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/healthz', timeout=2)"]
ENTRYPOINT [".venv/bin/python", "-m", "web"]
