import { consume } from '@lit/context'
import { msg, str } from '@lit/localize'
import { css, html, LitElement } from 'lit'
import { customElement } from 'lit/decorators.js'
import { repeat } from 'lit/directives/repeat.js'
import type { HubClient, Stop } from '../../core/api.ts'
import { clientContext } from '../app/client-context.ts'
import { base } from '../styles/controls.ts'
import { pageStyles } from '../styles/page-styles.ts'
import { LostFocus } from '../ui/lost-focus.ts'
import { leave, say } from '../ui/say.ts'
import { type Chosen, chooseFiles } from '../uploads/chosen-files.ts'
import './composer.ts'
import { PageDrop } from './page-drop.ts'
import './send-card.ts'
import { formatCount } from '../text/format.ts'
import type { ReceiverRequest, SendCard, SendCommand } from './send-card.ts'
import { contentOf, type SendContent } from './send-content.ts'
import { type DirectSend, type Sends, sendsOf } from './sends.ts'

/** Sends straight to another device: something comes in, a code comes out. */
@customElement('wherry-send-page')
export class SendPage extends LitElement {
  @consume({ context: clientContext }) private readonly client!: HubClient
  #sends: Sends | null = null
  #stop: Stop | null = null
  readonly #drop = new PageDrop(this, chosen => this.#start(chosen))

  static override styles = [
    base,
    pageStyles,
    css`
      header {
        display: block;
        max-inline-size: 60ch;
      }
      header p {
        margin-block-start: 4px;
        color: var(--text-2);
      }
      .page {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 16px;
        max-inline-size: 840px;
      }
    `,
  ]

  constructor() {
    super()
    new LostFocus(this, () => leave(this))
  }

  override connectedCallback() {
    super.connectedCallback()
    this.#sends = sendsOf(this.client)
    this.#stop = this.#sends?.onChange(() => this.requestUpdate()) ?? null
  }

  override disconnectedCallback() {
    super.disconnectedCallback()
    this.#stop?.()
  }

  override render() {
    const sends = [...(this.#sends?.all ?? [])].reverse()
    return html`<div class="page">
      <header>
        <h1>${msg('Send directly')}</h1>
        <p>${msg('Straight from this browser to another device, sealed from end to end: the hub keeps nothing of it and cannot read it. Keep this tab open until everything has arrived.')}</p>
        <p>${msg('Is something sent to you?')} <a href="/go" target="_blank" rel="noopener">${msg('Receive it by its code')}</a></p>
      </header>
      ${isSecureContext ? this.#composer() : html`<p class="empty">${msg('Direct sends need a secure page: open the hub by https or on localhost.')}</p>`}
      ${repeat(
        sends,
        ({ transfer }) => transfer,
        send =>
          html`<wherry-send-card .send=${send} @command=${(event: CustomEvent<SendCommand>) => this.#run(send, event.detail)}></wherry-send-card>`,
      )}
    </div>`
  }

  #composer() {
    return html`<wherry-composer
      ?over=${this.#drop.isOver}
      @wherry-files-chosen=${(event: CustomEvent<Chosen>) => this.#start(event.detail)}
      @text=${(event: CustomEvent<string>) => void this.#open({ files: [], folders: [], text: event.detail })}
    ></wherry-composer>`
  }

  #start(chosen: Chosen) {
    const { files, emptyFolders, unreadable } = chosen
    if (unreadable.length > 0) {
      const text = msg(
        str`${formatCount(unreadable.length)} could not be read, for example ${unreadable[0]}.`,
      )
      say(this, { tone: 'error', text })
    }
    if (isSecureContext && files.length + emptyFolders.length > 0) void this.#open(contentOf(chosen))
  }

  /** Its code is what comes next, and on a phone it would be further down. */
  async #open(content: SendContent) {
    this.#sends?.start(content)
    await this.updateComplete
    const card = this.renderRoot.querySelector<SendCard>('wherry-send-card')
    await card?.updateComplete
    card?.scrollIntoView({ block: 'start' })
  }

  #run({ transfer, files }: DirectSend, command: SendCommand) {
    if (command.kind === 'add') this.#sends?.addReceiver(transfer)
    else if (command.kind === 'offer') this.#sends?.addReceiver(transfer, command.to)
    else if (command.kind === 'remove') this.#sends?.remove(transfer)
    else if (command.kind === 'unlock') void this.#sends?.unlock(transfer)
    else if (command.kind === 'attach')
      void this.#attach(
        transfer,
        files.some(({ path }) => path.length > 1),
      )
    else if (command.kind === 'receiver') this.#runReceiver(transfer, command)
  }

  #runReceiver(transfer: string, { command, receiver }: ReceiverRequest) {
    if (command === 'pause' || command === 'resume') receiver.transfer?.[command]()
    else if (command === 'cancel') receiver.end()
    else this.#sends?.removeReceiver(transfer, receiver.room)
    if (command === 'renew') this.#sends?.addReceiver(transfer, receiver.to)
  }

  async #attach(transfer: string, isFolder: boolean) {
    const chosen = await chooseFiles(isFolder ? 'folder' : 'files')
    if (chosen) this.#sends?.attach(transfer, chosen)
  }
}
