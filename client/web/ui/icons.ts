import { html, type TemplateResult } from 'lit'
import arrowDown from 'lucide-static/icons/arrow-down.svg'
import arrowUp from 'lucide-static/icons/arrow-up.svg'
import arrowUpDown from 'lucide-static/icons/arrow-up-down.svg'
import check from 'lucide-static/icons/check.svg'
import chevronDown from 'lucide-static/icons/chevron-down.svg'
import chevronRight from 'lucide-static/icons/chevron-right.svg'
import circleAlert from 'lucide-static/icons/circle-alert.svg'
import clipboard from 'lucide-static/icons/clipboard-paste.svg'
import copy from 'lucide-static/icons/copy.svg'
import download from 'lucide-static/icons/download.svg'
import ellipsis from 'lucide-static/icons/ellipsis.svg'
import eye from 'lucide-static/icons/eye.svg'
import file from 'lucide-static/icons/file.svg'
import archive from 'lucide-static/icons/file-archive.svg'
import code from 'lucide-static/icons/file-code.svg'
import sheet from 'lucide-static/icons/file-spreadsheet.svg'
import document from 'lucide-static/icons/file-text.svg'
import fileUp from 'lucide-static/icons/file-up.svg'
import film from 'lucide-static/icons/film.svg'
import folder from 'lucide-static/icons/folder.svg'
import folderInput from 'lucide-static/icons/folder-input.svg'
import folderPlus from 'lucide-static/icons/folder-plus.svg'
import folderUp from 'lucide-static/icons/folder-up.svg'
import image from 'lucide-static/icons/image.svg'
import keyboard from 'lucide-static/icons/keyboard.svg'
import grid from 'lucide-static/icons/layout-grid.svg'
import link from 'lucide-static/icons/link.svg'
import list from 'lucide-static/icons/list.svg'
import music from 'lucide-static/icons/music.svg'
import panel from 'lucide-static/icons/panel-right.svg'
import pencil from 'lucide-static/icons/pencil.svg'
import plus from 'lucide-static/icons/plus.svg'
import sailboat from 'lucide-static/icons/sailboat.svg'
import scissors from 'lucide-static/icons/scissors.svg'
import search from 'lucide-static/icons/search.svg'
import send from 'lucide-static/icons/send.svg'
import share from 'lucide-static/icons/share-2.svg'
import trash from 'lucide-static/icons/trash-2.svg'
import upload from 'lucide-static/icons/upload.svg'
import userPlus from 'lucide-static/icons/user-plus.svg'
import users from 'lucide-static/icons/users.svg'
import wifiOff from 'lucide-static/icons/wifi-off.svg'
import close from 'lucide-static/icons/x.svg'

/** One template for each icon, made once: it goes through lit-html's Trusted Types policy and is parsed a single time. */
export const iconOf = (svg: string): TemplateResult => {
  const text = svg.replace(/<!--.*?-->/s, '').replace('<svg', '<svg aria-hidden="true"')
  return html(Object.assign([text], { raw: [text] }))
}

const texts = {
  archive,
  arrowDown,
  arrowUp,
  arrowUpDown,
  check,
  chevronDown,
  chevronRight,
  circleAlert,
  clipboard,
  close,
  code,
  copy,
  document,
  download,
  ellipsis,
  eye,
  file,
  fileUp,
  film,
  folder,
  folderInput,
  folderPlus,
  folderUp,
  grid,
  image,
  keyboard,
  link,
  list,
  music,
  panel,
  pencil,
  plus,
  sailboat,
  scissors,
  search,
  send,
  share,
  sheet,
  trash,
  upload,
  userPlus,
  users,
  wifiOff,
}

export type IconName = keyof typeof texts

/** Lucide's icons, as templates; decorative, so the control around one needs an accessible name. */
export const icons = Object.fromEntries(
  Object.entries(texts).map(([name, svg]) => [name, iconOf(svg)]),
) as Record<IconName, TemplateResult>
