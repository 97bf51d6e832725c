/**
 * Where file-type 22 looks for signatures, and the first two bytes of those that it knows there. Its answer for bytes that
 * have none takes 20 microseconds, 60 before it is compiled, and 12 KB of memory: with all, a tenth of what small files cost.
 */
const marks: readonly [place: number, pairs: string][] = [
  [0, '\x00\x00 \x00\x01 \x00a \x04\x00 \x04" \x06\x06 \x06\x0e \x0bw \x1aE \x1f\x8b \x1f\x9d'],
  [0, '\x1f\xa0 !< !B #! $F %! %P (\xb5 -- .R 0& 07 7z 8B <? AC AR BE BL BM BP BZ CW Cr DR DS Ex FL'],
  [0, 'FO FR FU FW GI ID II IM IS IT Ka L\x00 LZ MA MM MP MS MT MZ NE OT Ob Og PA PK RE RI Ra SQ WE'],
  [0, '`\xea bo ca fL gi gl re so tt wO wv x\x01 ~\x10 ~\x18 \x7fE \x89P \xa1\xb2 \xabK \xc5\xd0'],
  [0, '\xc7q \xca\xfe \xce\xfa \xcf\xfa \xd0\xcf \xd4\xc3 \xed\xab \xef\xbb \xfd7 \xfe\xed \xfe\xff'],
  [0, '\xff\n \xffO \xff\xd8'],
  [2, '-l'],
  [4, 'fr ft md mo wi'],
  [7, '**'],
  [34, 'LP'],
  [36, 'ac'],
  [44, 'SC'],
  [60, 'BO'],
  [128, 'DI'],
  [257, 'us \x00\x00'],
]

const known = new Map<number, Set<number>>()
for (const [place, pairs] of marks) {
  const numbers = pairs.split(' ').map(pair => (pair.charCodeAt(0) << 8) | pair.charCodeAt(1))
  known.set(place, new Set([...(known.get(place) ?? []), ...numbers]))
}

const isMarked = (head: Uint8Array): boolean => {
  for (const [place, pairs] of known)
    if (pairs.has(((head[place] ?? 0) << 8) | (head[place + 1] ?? 0))) return true
  return false
}

/** Packets of 188 bytes begin with it; on Blu-ray discs four other bytes are before each. */
const syncByte = 'G'.charCodeAt(0)
const isTransportStream = (head: Uint8Array): boolean =>
  (head[0] === syncByte && head[188] === syncByte) || (head[4] === syncByte && head[196] === syncByte)

/** The eleven bits that begin a frame. */
const isMpegAudio = (head: Uint8Array): boolean => head[0] === 0xff && ((head[1] ?? 0) & 0xe0) === 0xe0

/** False for bytes of which file-type can say nothing. */
export const mayHaveSignature = (head: Uint8Array): boolean =>
  isMarked(head) || isTransportStream(head) || isMpegAudio(head)
