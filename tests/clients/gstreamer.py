"""A WHIP and WHEP client made of GStreamer's webrtcbin and nothing of ours. Runs under the system's Python.

usage: python3 tests/clients/gstreamer.py whip|whep URL TOKEN

It prints a line for every stream that comes (``stream audio 1``) and for what was decoded (``frame video 1 3``, the
third frame of that stream), and ends its session when its standard input closes.
"""

from __future__ import annotations

import sys
import threading
import urllib.request
from typing import Any
from urllib.parse import urljoin

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402

PUBLISH = """
webrtcbin name=peer bundle-policy=max-bundle
videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=240,framerate=15/1
  ! vp8enc deadline=1 keyframe-max-dist=30 target-bitrate=300000 ! rtpvp8pay mtu=1100
  ! application/x-rtp,media=video,encoding-name=VP8,payload=96 ! peer.
audiotestsrc is-live=true wave=ticks ! opusenc ! rtpopuspay
  ! application/x-rtp,media=audio,encoding-name=OPUS,payload=97 ! peer.
"""
RECEIVE = "webrtcbin name=peer bundle-policy=max-bundle fakesrc ! fakesink"
CAPS = {
    "audio": "application/x-rtp,media=audio,encoding-name=OPUS,payload=97,clock-rate=48000,encoding-params=(string)2",
    "video": "application/x-rtp,media=video,encoding-name=VP8,payload=96,clock-rate=90000",
}
DECODE = {"audio": "rtpopusdepay ! opusdec", "video": "rtpvp8depay ! vp8dec"}


class Client:
    def __init__(self, use: str, url: str, token: str) -> None:
        self.url, self.token, self.session = url, token, ""
        self.loop = GLib.MainLoop()
        self.streams = 0
        self.pipeline = Gst.parse_launch(PUBLISH if use == "whip" else RECEIVE)
        self.peer = self.pipeline.get_by_name("peer")
        self.ice = self.peer.get_property("ice-agent")
        self.ice.emit("add-local-ip-address", "127.0.0.1")  # never gathered by itself
        self.peer.connect("on-negotiation-needed", self.offer)
        self.peer.connect("pad-added", self.came)
        way = GstWebRTC.WebRTCRTPTransceiverDirection
        if use == "whep":
            for caps in CAPS.values():
                self.peer.emit("add-transceiver", way.RECVONLY, Gst.Caps.from_string(caps))
        else:
            for index in range(2):
                self.peer.emit("get-transceiver", index).set_property("direction", way.SENDONLY)

    def offer(self, peer: Any) -> None:
        peer.emit("create-offer", None, Gst.Promise.new_with_change_func(self.offered, None))

    def offered(self, promise: Any, _: Any) -> None:
        promise.wait()
        reply = promise.get_reply()
        description = reply.get_value("offer")
        text = description.sdp.as_text()
        self.peer.emit("set-local-description", description, Gst.Promise.new())
        GLib.idle_add(self.post, text)

    def post(self, sdp: str) -> bool:
        """Our answerer is ICE-lite: it needs none of our candidates, so nothing is gathered first."""
        answer, headers = self.call("POST", self.url, sdp, "application/sdp")
        self.session = urljoin(self.url, headers["Location"])
        _, message = GstSdp.SDPMessage.new_from_text(answer)
        kind = GstWebRTC.WebRTCSDPType.ANSWER
        description = GstWebRTC.WebRTCSessionDescription.new(kind, message)
        self.peer.emit("set-remote-description", description, Gst.Promise.new())
        print("answered", flush=True)
        return False

    def call(self, method: str, url: str, text: str = "", kind: str = "") -> tuple[str, Any]:
        headers = {"Authorization": f"Bearer {self.token}", **({"Content-Type": kind} if kind else {})}
        request = urllib.request.Request(url, text.encode() or None, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read().decode(), answer.headers

    def came(self, _: Any, pad: Any) -> None:
        if pad.get_direction() != Gst.PadDirection.SRC:
            return
        kind = pad.get_current_caps().get_structure(0).get_string("media")
        self.streams += 1
        name, count = f"{kind} {self.streams}", 0
        print(f"stream {name}", flush=True)
        line = Gst.parse_bin_from_description(f"queue ! {DECODE[kind]} ! fakesink name=end sync=false", True)
        self.pipeline.add(line)

        def decoded(_pad: Any, _info: Any) -> Any:
            nonlocal count
            count += 1
            print(f"frame {name} {count}", flush=True)
            return Gst.PadProbeReturn.OK

        line.get_by_name("end").get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, decoded)
        pad.link(line.get_static_pad("sink"))
        line.sync_state_with_parent()

    def run(self) -> None:
        threading.Thread(target=self.wait, daemon=True).start()
        self.pipeline.set_state(Gst.State.PLAYING)
        self.loop.run()
        if self.session:
            self.call("DELETE", self.session)
        self.pipeline.set_state(Gst.State.NULL)

    def wait(self) -> None:
        sys.stdin.read()
        GLib.idle_add(self.loop.quit)


if __name__ == "__main__":
    Gst.init(None)
    Client(*sys.argv[1:4]).run()
