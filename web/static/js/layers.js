// @ts-check
/** The same picture in up to three sizes, smallest first: each listener is sent the one that their line and the floor
 * have room for. Browsers leave out the last sizes of a small picture, so those of a face are made otherwise.
 * @type {[number, [scale: number, bits: number][]][]} */
const SIZES = [
  [960 * 540, [[4, 80_000], [2, 200_000], [1, 450_000]]],
  [480 * 270, [[2, 100_000], [1, 400_000], [1, 400_000]]],
  [0, [[1, 250_000], [1, 250_000], [1, 250_000]]],
];
const LAYERS = ["q", "h", "f"];

/** @param {MediaStreamTrack|null} camera @returns {RTCRtpEncodingParameters[]} */
export function sizes(camera) {
  const { width = 640, height = 360 } = camera?.getSettings() ?? {};
  const [, chosen] = SIZES.find(([pixels]) => width * height >= pixels) ?? SIZES[1];
  return LAYERS.map((rid, n) => ({ rid, scaleResolutionDownBy: chosen[n][0], maxBitrate: chosen[n][1] }));
}

/** Another camera may have another size. @param {RTCRtpSender} sender @param {MediaStreamTrack|null} camera */
export async function resize(sender, camera) {
  const parameters = sender.getParameters();
  const wanted = sizes(camera);
  for (const encoding of parameters.encodings) Object.assign(encoding, wanted.find((one) => one.rid === encoding.rid));
  await sender.setParameters(parameters);
}
