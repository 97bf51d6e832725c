/** Files that the bundler turns into their text. */
declare module '*.svg' {
  const text: string
  // biome-ignore lint/style/noDefaultExport: the bundler's text loader exports so
  export default text
}
