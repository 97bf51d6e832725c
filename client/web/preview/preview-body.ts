import { msg, str } from '@lit/localize'
import { Task } from '@lit/task'
import { css, html, LitElement, nothing } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { Entry } from '../../../protocol/values.ts'
import type { HubClient } from '../../core/api.ts'
import { base } from '../styles/controls.ts'
import { errorSentence } from '../text/errors.ts'
import { formatBytes } from '../text/format.ts'
import { type DecodedText, decodeText, isReadable } from './decode-text.ts'
import { previewKind } from './preview-kind.ts'

/** Of a text, this much is shown. */
const textBytes = 512 * 1024
/** Of a file that the hub does not know, this much tells whether it may be a text. */
const headBytes = 4096

type Shown = { url: string; text: DecodedText | null }

/** The text that the first bytes of a file are. */
const loadText = async (url: string, { size }: Entry, bytes: number, signal: AbortSignal) => {
  const answer = await fetch(url, { headers: { range: `bytes=0-${bytes - 1}` }, signal })
  if (!answer.ok) throw new Error(msg(str`The hub answered ${answer.status}.`))
  return decodeText(await answer.arrayBuffer(), size <= bytes)
}

/** The text of a file that the hub does not call one; null where its bytes do not either. */
const loadUnknown = async (url: string, entry: Entry, signal: AbortSignal) => {
  const head = await loadText(url, entry, headBytes, signal)
  if (!isReadable(head.text)) return null
  const all = entry.size > headBytes ? await loadText(url, entry, textBytes, signal) : head
  return isReadable(all.text) ? all : null
}

/** What is in one file: an image, a text, a PDF, a film, a sound. */
@customElement('wherry-preview-body')
export class PreviewBody extends LitElement {
  @property({ attribute: false }) client?: HubClient
  @property({ attribute: false }) entry: Entry | null = null
  /** What the browser could not show. */
  @state() private broken: Shown | null = null

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        grid-template-rows: minmax(0, 1fr);
        gap: 8px;
        min-block-size: 0;
        min-inline-size: 0;
        place-items: center;
      }
      img,
      video {
        max-inline-size: 100%;
        max-block-size: 100%;
        object-fit: contain;
        min-block-size: 0;
      }
      pre {
        place-self: stretch;
        margin: 0;
        padding: 16px;
        overflow: auto;
        background: var(--surface);
        border-radius: var(--radius-m);
        font: 13px / 1.5 ui-monospace, monospace;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
        tab-size: 4;
      }
      iframe {
        inline-size: 100%;
        block-size: 100%;
        border: 0;
        border-radius: var(--radius-m);
        background: white;
      }
      .hint {
        text-align: center;
        color: var(--text-2);
      }
      .hint b {
        font-size: 16px;
        color: var(--text);
      }
    `,
  ]

  readonly #shown = new Task(this, {
    // Another name alone stops no film.
    args: () =>
      [this.client, this.entry?.id, this.entry?.version, this.entry && previewKind(this.entry)] as const,
    task: async ([client], { signal }): Promise<Shown | null> => {
      const { entry } = this
      if (!client || !entry?.size) return null
      const kind = previewKind(entry)
      if (kind === 'none') return null
      const { url } = await client.call('download.url', { entries: [entry.id], purpose: 'view' }, { signal })
      if (kind === 'text') return { url, text: await loadText(url, entry, textBytes, signal) }
      if (kind !== 'unknown') return { url, text: null }
      const text = await loadUnknown(url, entry, signal)
      return text && { url, text }
    },
  })

  override render() {
    return this.#shown.render({
      pending: () => html`<p class="hint" role="status">${msg('Loading')}</p>`,
      complete: shown => this.#body(shown),
      error: error =>
        html`<p class="hint" role="alert">${error instanceof Error ? error.message : errorSentence(error)}</p>`,
    })
  }

  #body(shown: Shown | null) {
    const { entry } = this
    if (!entry) return nothing
    if (entry.size === 0) return html`<p class="hint">${msg('This file is empty.')}</p>`
    if (!shown) return html`<p class="hint">${msg('There is no preview for this kind of file.')}</p>`
    if (shown === this.broken) return this.#broken()
    const { url, text } = shown
    const fails = () => {
      this.broken = shown
    }
    // What was understood may still find no device to be played on, which is no fault of the file.
    const mediaFails = ({ currentTarget }: Event) => {
      if ((currentTarget as HTMLMediaElement).readyState < HTMLMediaElement.HAVE_METADATA) fails()
    }
    switch (previewKind(entry)) {
      case 'image':
        return html`<img src=${url} alt=${entry.name} @error=${fails} />`
      case 'video':
        return html`<video src=${url} controls autoplay @error=${mediaFails}></video>`
      case 'audio':
        return html`<audio src=${url} controls autoplay @error=${mediaFails}></audio>`
      case 'pdf':
        return html`<iframe src=${url} title=${entry.name}></iframe>`
      default:
        return html`<pre tabindex="0">${text?.text}</pre>
          ${text?.isGuess ? html`<p class="hint">${msg('The encoding of this text is a guess: some characters may be wrong.')}</p>` : nothing}
          ${entry.size > textBytes ? html`<p class="hint">${msg(str`The first ${formatBytes(textBytes)} are shown.`)}</p>` : nothing}`
    }
  }

  #broken() {
    return html`<div class="hint" role="alert">
      <b>${msg('This file cannot be shown')}</b>
      <p>${msg('It may be damaged, of a kind that this browser does not know, or not have arrived whole. You can download it.')}</p>
    </div>`
  }
}
