// A person at a page: the browser's own invented camera, small and slow, and a microphone into which the test speaks.
// Several people share one browser this way, each with a voice of their own.
(() => {
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  const CAMERA = { width: 320, height: 180, frameRate: 5 };
  /** @type {{context: AudioContext, out: MediaStreamAudioDestinationNode}|null} */
  let throat = null;

  function open() {
    if (throat === null) {
      const context = new AudioContext({ sampleRate: 48000 });
      throat = { context, out: context.createMediaStreamDestination() };
      const breath = context.createConstantSource();
      breath.offset.value = 0.0001;
      breath.connect(throat.out);
      breath.start();
    }
    return throat;
  }

  window.testSay = async (/** @type {string} */ sound) => {
    const { context, out } = open();
    await context.resume();
    const bytes = Uint8Array.from(atob(sound), (c) => c.charCodeAt(0));
    const source = context.createBufferSource();
    source.buffer = await context.decodeAudioData(bytes.buffer);
    source.connect(out);
    await new Promise((said) => {
      source.onended = said;
      source.start();
    });
  };

  window.testHum = async () => {
    const { context, out } = open();
    await context.resume();
    const source = context.createBufferSource();
    source.buffer = context.createBuffer(1, context.sampleRate, context.sampleRate);
    source.buffer.getChannelData(0).forEach((_, n, samples) => (samples[n] = (Math.random() - 0.5) * 0.2));
    source.connect(out);
    await new Promise((over) => {
      source.onended = over;
      source.start();
    });
  };

  navigator.mediaDevices.getUserMedia = async (wish = {}) => {
    const tracks = [];
    if (wish.video) tracks.push(...(await real({ video: CAMERA })).getVideoTracks());
    if (wish.audio) tracks.push(...open().out.stream.clone().getAudioTracks());
    return new MediaStream(tracks);
  };
})();
