import { msg } from '@lit/localize'
import { css, html, LitElement, nothing } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { repeat } from 'lit/directives/repeat.js'
import { offerList } from '../peer/offer-list.ts'
import { offerListStyles } from '../peer/offer-list-styles.ts'
import { offerWords } from '../peer/transfer-words.ts'
import { base, buttons } from '../styles/controls.ts'
import { formatBytes } from '../text/format.ts'
import { icons } from '../ui/icons.ts'
import { LostFocus } from '../ui/lost-focus.ts'
import { transferIcons } from '../ui/transfer-icons.ts'
import './person-form.ts'
import { hasFailed, type Invited } from './receiver.ts'
import './receiver-card.ts'
import type { ReceiverCommand } from './receiver-card.ts'
import type { DirectSend } from './sends.ts'

export type ReceiverRequest = { kind: 'receiver'; command: ReceiverCommand; receiver: Invited }
export type SendCommand =
  | { kind: 'add' | 'remove' | 'unlock' | 'attach' }
  | { kind: 'offer'; to: string }
  | ReceiverRequest

/** One send: what it is, and each of its receivers. Fires `command` with a SendCommand. */
@customElement('wherry-send-card')
export class SendCard extends LitElement {
  @property({ attribute: false }) send: DirectSend | null = null
  @state() private showsAll = false
  @query('h2') private readonly heading!: HTMLElement

  static override styles = [
    base,
    buttons,
    offerListStyles,
    css`
      :host {
        display: block;
        padding-block: 12px 16px;
        padding-inline: 20px;
        border: 1px solid var(--line);
        border-radius: var(--radius-l);
        background: var(--surface);
      }
      header {
        display: flex;
        align-items: center;
        gap: 8px;
        min-block-size: 40px;
      }
      h2 {
        flex: 1;
        min-inline-size: 0;
        font-size: 16px;
        font-weight: 650;
        overflow-wrap: anywhere;
        outline: none;
      }
      h2 small {
        font-size: 13px;
        font-weight: 400;
        color: var(--text-2);
        white-space: nowrap;
      }
      .files {
        margin-block-end: 12px;
      }
      .notice {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 8px 16px;
        margin-block-end: 12px;
        padding: 10px 12px;
        border-radius: var(--radius-m);
        font-size: 13px;
        color: var(--warn);
        background: var(--warn-soft);
      }
      .notice button {
        color: var(--text);
      }
      .more {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: 12px 24px;
      }
      .more wherry-person-form {
        flex: 1 1 280px;
      }
      @media (max-width: 719px) {
        :host {
          display: flex;
          flex-direction: column;
          padding-inline: 16px;
        }
        /* What somebody else waits for comes first. */
        .files {
          order: 1;
          margin-block: 12px 0;
        }
      }
    `,
  ]

  constructor() {
    super()
    new LostFocus(this, () => this.heading.focus())
  }

  override render() {
    const { send } = this
    if (!send) return nothing
    const { files, text, receivers, readiness } = send
    return html`<header>
        <h2 tabindex="-1">${headingOf(send)}</h2>
        <button class="icon" type="button" aria-label=${msg('End this send')} title=${msg('End this send')} @click=${() => this.#fire({ kind: 'remove' })}>${icons.trash}</button>
      </header>
      ${text === null ? nothing : html`<p class="text"><bdi>${text}</bdi></p>`}
      ${isOneFile(send) || files.length === 0 ? nothing : html`<div class="files">${offerList(files, this.showsAll, this.#showAll)}</div>`}
      ${readiness === 'ready' ? nothing : this.#notice(readiness)}
      ${repeat(
        receivers,
        ({ room }) => room,
        receiver => html`<wherry-receiver-card
          .receiver=${receiver}
          ?asleep=${readiness !== 'ready'}
          @command=${(event: CustomEvent<ReceiverCommand>) => this.#fire({ kind: 'receiver', command: event.detail, receiver })}
        ></wherry-receiver-card>`,
      )}
      <div class="more">
      ${this.#add(send)}
      <wherry-person-form ?disabled=${readiness !== 'ready'} @person=${(event: CustomEvent<string>) => this.#fire({ kind: 'offer', to: event.detail })}></wherry-person-form>
      </div>`
  }

  /** Not beside a receiver's offer of a new code, unless somebody else still has theirs. */
  #add({ receivers, readiness }: DirectSend) {
    const isForNobody = receivers.every(hasFailed)
    if (isForNobody && receivers.some(({ to }) => to === null)) return nothing
    return html`<button type="button" ?disabled=${readiness !== 'ready'} @click=${() => this.#fire({ kind: 'add' })}>
      ${icons.userPlus}${isForNobody ? msg('Get a code') : msg('Add another receiver')}
    </button>`
  }

  #notice(readiness: DirectSend['readiness']) {
    return readiness === 'locked'
      ? html`<div class="notice"><span>${msg('The page was loaded anew. The browser asks before these files are read again.')}</span>
          <button type="button" @click=${() => this.#fire({ kind: 'unlock' })}>${transferIcons.play}${msg('Continue')}</button></div>`
      : html`<div class="notice"><span>${msg('The page was loaded anew, and the browser does not keep these files: choose the same ones again.')}</span>
          <button type="button" @click=${() => this.#fire({ kind: 'attach' })}>${icons.file}${msg('Choose again')}</button></div>`
  }

  #showAll = () => {
    this.showsAll = true
  }

  #fire(detail: SendCommand) {
    this.dispatchEvent(new CustomEvent('command', { detail }))
  }
}

/** Its name and size are in the heading. */
const isOneFile = ({ files, text }: DirectSend): boolean =>
  files.length === 1 && files[0]?.kind === 'file' && text === null

const headingOf = (send: DirectSend) => {
  const { files, text } = send
  const [first] = files
  if (files.length === 0) return msg('Text')
  if (first && isOneFile(send))
    return html`<bdi>${first.path.at(-1)}</bdi> <small><bdi>${formatBytes(first.size)}</bdi></small>`
  const tops = new Set(files.map(({ path }) => path[0]))
  const isFolder = tops.size === 1 && files.some(({ path }) => path.length > 1)
  return isFolder
    ? html`<bdi>${first?.path[0]}</bdi> <small><bdi>${offerWords({ files, text })}</bdi></small>`
    : html`<bdi>${offerWords({ files, text })}</bdi>`
}
