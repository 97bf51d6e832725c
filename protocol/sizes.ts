const powers = ['', 'K', 'M', 'G', 'T']

/** A number of bytes as people write it: `1048576`, or `512M` and the like, with K, M, G and T for the powers of 1024. Null for anything else. */
export const parseBytes = (written: string): number | null => {
  const [, digits, power = ''] = /^([0-9]{1,15})([KMGT]?)$/.exec(written.toUpperCase()) ?? []
  return digits === undefined ? null : Number(digits) * 1024 ** powers.indexOf(power)
}
