/** The title of the tab: what is open, and before it how far the uploads are. */
let open: string | null = null
let percent: number | null = null

const show = () => {
  const title = open === null ? 'Wherry' : `${open} · Wherry`
  document.title = percent === null ? title : `${percent} % · ${title}`
}

/** Null for what has no name. */
export const titleOpen = (name: string | null): void => {
  open = name
  show()
}

/** Null when nothing is under way. */
export const titleProgress = (ofUploads: number | null): void => {
  if (percent === ofUploads) return
  percent = ofUploads
  show()
}
