import type { Entry } from '../../../protocol/values.ts'

/** `unknown`: its bytes may be a text in another encoding than the hub knows. */
export type PreviewKind = 'image' | 'text' | 'pdf' | 'video' | 'audio' | 'unknown' | 'none'

/** Types that every current browser draws; what the hub serves with purpose `view` (server/http/). */
const images = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
  'image/bmp',
  'image/x-icon',
])
const texts = new Set([
  'application/json',
  'application/xml',
  'application/javascript',
  'application/x-sh',
  'application/toml',
])

export const previewKind = ({ kind, type }: Entry): PreviewKind => {
  if (kind === 'folder' || type === null) return 'none'
  const [bare = ''] = type.split(';')
  if (images.has(bare)) return 'image'
  if (bare === 'application/pdf') return 'pdf'
  if (bare.startsWith('video/')) return 'video'
  if (bare.startsWith('audio/')) return 'audio'
  if (bare === 'application/octet-stream') return 'unknown'
  return bare.startsWith('text/') || texts.has(bare) ? 'text' : 'none'
}
