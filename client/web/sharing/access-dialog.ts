import { consume } from '@lit/context'
import { msg, str } from '@lit/localize'
import { Task } from '@lit/task'
import { html, LitElement, type TemplateResult } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { guard } from 'lit/directives/guard.js'
import { live } from 'lit/directives/live.js'
import { repeat } from 'lit/directives/repeat.js'
import { type Level, levels } from '../../../protocol/levels.ts'
import { emailKey } from '../../../protocol/names.ts'
import type { ParamsInput } from '../../../protocol/table.ts'
import type { Entry, Grant, PlacedGrant } from '../../../protocol/values.ts'
import type { HubClient } from '../../core/api.ts'
import { grantsBelow, ownerOf, replaceGrant } from '../../core/people.ts'
import { clientContext } from '../app/client-context.ts'
import { request } from '../app/requests.ts'
import { base, buttons, fields } from '../styles/controls.ts'
import { errorSentence } from '../text/errors.ts'
import '../ui/avatar.ts'
import '../ui/confirm-dialog.ts'
import '../ui/dialog.ts'
import type { ModalDialog } from '../ui/dialog.ts'
import { icons } from '../ui/icons.ts'
import { followAccessEdits } from './access-edits.ts'
import { accessSentence, subjectName } from './access-sentence.ts'
import { accessStyles } from './access-styles.ts'
import { givesAdmin } from './gives-admin.ts'
import { levelWord } from './level-words.ts'
import { inOrder, placedGrantRow, placeOf } from './placed-grants.ts'

type Subject = ParamsInput<'access.grant'>['subject']

/** Who may do what with an entry: gives and takes back levels, and says in a sentence who can see it. */
@customElement('wherry-access-dialog')
export class AccessDialog extends LitElement {
  @consume({ context: clientContext }) private readonly client!: HubClient
  @property({ attribute: false }) entry: Entry | null = null
  @state() private problem = ''
  @state() private isForEveryone = false
  /** What is asked before it cannot be undone. */
  @state() private question: TemplateResult | null = null
  @query('wherry-dialog') private readonly dialog!: ModalDialog
  readonly #grants = new Task(this, {
    args: () => [this.entry?.id],
    task: async ([entry = ''], { signal }) =>
      (await this.client.call('access.list', { entry }, { signal })).grants,
  })

  readonly #owner = new Task(this, {
    args: () => [this.entry?.id],
    task: ([entry = ''], { signal }) => ownerOf(this.client, entry, signal),
  })

  readonly #inside = new Task(this, {
    args: () => [this.entry?.kind === 'folder' ? this.entry.id : undefined],
    task: async ([entry], { signal }) => (entry === undefined ? [] : this.#readInside(entry, signal)),
  })

  /** Own changes run one after the other: this is the end of the last. */
  #latest: Promise<unknown> = Promise.resolve()
  #changing = 0
  /** The levels that own changes leave, by grantKey(), until the hub was asked again. */
  readonly #own = new Map<string, Level>()

  static override styles = [base, buttons, fields, accessStyles]

  constructor() {
    super()
    // What is read while an own change is on its way would take that back on the screen; it is followed by reading, too.
    followAccessEdits(
      this,
      () => this.client,
      async () => this.#changing > 0 || this.#read(),
    )
  }

  override render() {
    const heading = msg(str`Access to “${this.entry?.name ?? ''}”`)
    return html`<wherry-dialog wide heading=${heading} @close=${() => this.dispatchEvent(new Event('close'))}>
      ${this.#grants.render({
        error: error => html`<p class="error" role="alert">${errorSentence(error)}</p>`,
        // What is shown stays while it is read anew, and the focus with it.
        pending: () => this.#grants.value && this.#list(this.#grants.value),
        complete: grants => this.#list(grants),
      })}
      <form class="add" @submit=${this.#add}>
        <label>${msg('Who')}<select name="kind" @change=${this.#changeKind}>
          <option value="email">${msg('A person')}</option>
          <option value="everyone">${msg('Everyone')}</option>
        </select></label>
        ${
          this.isForEveryone
            ? null
            : html`<label class="who">${msg('E-mail')}<input name="email" type="email" autocomplete="off" autofocus required /></label>`
        }
        <label>${msg('Level')}<select name="level">${this.#levels('read')}</select></label>
        <button class="primary">${msg('Give access')}</button>
      </form>
      ${this.problem ? html`<p class="error" role="alert">${this.problem}</p>` : null}
      ${this.#inside.render({
        error: error => html`<p class="error" role="alert">${errorSentence(error)}</p>`,
        pending: () => this.#listInside(this.#inside.value ?? []),
        complete: grants => this.#listInside(grants),
      })}
    </wherry-dialog>
    ${this.question}`
  }

  /** Rendered only for a new answer of the hub, which takes back what it refused and nothing that is still on its way. */
  #list(grants: readonly Grant[]) {
    const owner = this.#owner.value ?? null
    return guard(
      [grants, owner],
      () => html`<p class="sentence" role="status">${icons.eye}${accessSentence(grants, this.client.user?.id, owner)}</p>
      <ul>${repeat(grants, grantKey, grant => this.#row(grant))}</ul>`,
    )
  }

  #row(grant: Grant) {
    const { subject } = grant
    const name = subjectName(grant)
    // What was asked for before an own change is answered after it, too.
    const level = this.#own.get(grantKey(grant)) ?? grant.level
    const revoke = () => void this.#ask(grant, null, () => this.#revoke(targetOf(grant)))
    return html`<li>
      ${subject.kind === 'everyone' ? icons.users : html`<wherry-avatar .person=${subject.user}></wherry-avatar>`}
      <span class="main"><b>${name}</b><span class="hint">${grant.inherited ? msg(str`from “${grant.entryName}”`) : subject.kind === 'user' ? subject.email : ''}</span></span>
      ${
        grant.inherited
          ? html`<span class="hint">${levelWord(grant.level)}</span>`
          : html`<select
              aria-label=${msg(str`Level of ${name}`)}
              .value=${live(level)}
              @change=${(event: Event) => void this.#replace(grant, event.target as HTMLSelectElement)}
            >${this.#levels(level)}</select>
            <button class="icon" aria-label=${msg(str`Take back the access of ${name}`)} @click=${revoke}>${icons.close}</button>`
      }
    </li>`
  }

  async #readInside(entry: string, signal: AbortSignal): Promise<PlacedGrant[]> {
    const grants = await grantsBelow(this.client, entry, signal)
    return inOrder(grants.filter(grant => grant.entry !== entry))
  }

  #listInside(grants: readonly PlacedGrant[]) {
    if (grants.length === 0) return null
    const row = (grant: PlacedGrant) => {
      const [place, name] = [placeOf(grant), subjectName(grant)]
      const revoke = () => this.#revoke(targetOf(grant), grant.entry)
      const action = html`<button class="icon" aria-label=${msg(str`Take back the access of ${name} to “${place}”`)} @click=${revoke}>${icons.close}</button>`
      return placedGrantRow(grant, { main: place, more: name, action })
    }
    return html`<h3>${msg('Given inside this folder')}</h3>
      <ul>${repeat(grants, grantKey, row)}</ul>`
  }

  #levels(current: Level) {
    return levels.map(
      level => html`<option value=${level} ?selected=${level === current}>${levelWord(level)}</option>`,
    )
  }

  #changeKind = (event: Event) => {
    this.isForEveryone = (event.target as HTMLSelectElement).value === 'everyone'
  }

  #add = async (event: SubmitEvent) => {
    event.preventDefault()
    const form = event.target as HTMLFormElement
    const data = new FormData(form)
    const email = String(data.get('email') ?? '').trim()
    const subject: Subject = this.isForEveryone ? { kind: 'everyone' } : { kind: 'email', email }
    const level = String(data.get('level')) as Level
    const run = () => this.#grant(subject, level)
    const replaced = this.#grants.value?.find(grant => !grant.inherited && isFor(grant, subject))
    if (!(await (replaced ? this.#ask(replaced, level, run) : run()))) return
    form.reset()
    this.isForEveryone = false
  }

  #grant(subject: Subject, level: Level) {
    return this.#change(entry => this.client.call('access.grant', { entry, subject, level }))
  }

  #replace(grant: Grant, select: HTMLSelectElement) {
    const [key, level] = [grantKey(grant), select.value as Level]
    const replaces = this.#own.get(key) ?? grant.level
    const run = () => {
      this.#own.set(key, level)
      const params = { subject: targetOf(grant), level, replaces }
      return this.#change(entry => replaceGrant(this.client, { entry, ...params }))
    }
    return this.#ask(grant, level, run, () => {
      select.value = replaces
    })
  }

  #revoke(subject: Subject, on?: string) {
    return this.#change(async entry => {
      const { revoked } = await this.client.call('access.revoke', { entry: on ?? entry, subject })
      if (!revoked) this.problem = msg('This access was taken back already.')
    })
  }

  /** Asks before a change of a grant after which only somebody else could change it back; null: it is taken back. */
  async #ask(grant: Grant, level: Level | null, run: () => Promise<unknown>, cancelled = () => {}) {
    const me = this.client.user?.id
    const others = (this.#grants.value ?? []).filter(one => grantKey(one) !== grantKey(grant))
    const after = level === null ? others : [...others, { ...grant, level }]
    const keepsAdmin = !givesAdmin(grant, me) || after.some(one => givesAdmin(one, me))
    if (keepsAdmin || (await this.#isOwner())) return run()
    let isConfirmed = false
    const confirm = () => {
      isConfirmed = true
      void run()
    }
    const closed = () => {
      this.question = null
      if (!isConfirmed) cancelled()
    }
    this.question = html`<wherry-confirm-dialog
      heading=${msg('Give up your own right?')}
      action=${msg('Give up')}
      @confirm=${confirm}
      @close=${closed}
    ><p>${msg(str`You may not change who has access to “${this.entry?.name ?? ''}” any more then. You cannot undo this yourself.`)}</p></wherry-confirm-dialog>`
  }

  /** Of the space, who may do everything in it, whatever is granted. */
  async #isOwner(): Promise<boolean> {
    // Where it is not known, one question too many costs less than one too few.
    await this.#owner.taskComplete.catch(() => null)
    const owner = this.#owner.value
    return owner !== undefined && owner?.id === this.client.user?.id
  }

  #change(call: (entry: string) => Promise<unknown>): Promise<boolean> {
    this.#changing++
    const done = this.#latest.then(() => this.#changeNow(call))
    this.#latest = done
    return done
  }

  async #changeNow(call: (entry: string) => Promise<unknown>): Promise<boolean> {
    this.problem = ''
    try {
      await call(this.entry?.id ?? '')
      request(this, 'wherry-access-edited', null)
      return true
    } catch (error) {
      this.problem = errorSentence(error)
      this.#own.clear()
      return false
    } finally {
      this.#changing--
      if (this.#changing === 0) await this.#read()
      if (this.#changing === 0) this.#own.clear()
      await this.updateComplete
      this.dialog.keepFocus()
    }
  }

  /** A later read takes the place of one that is on its way, so each looks after the focus of a row that goes. */
  async #read() {
    await Promise.all([this.#grants.run(), this.#inside.run()])
    await this.updateComplete
    if (this.isConnected) this.dialog.keepFocus()
  }
}

const targetOf = ({ subject }: Pick<Grant, 'subject'>): Subject =>
  subject.kind === 'everyone' ? subject : { kind: 'user', user: subject.user.id }

/** It is for the subject that was typed. */
const isFor = (grant: Grant, typed: Subject): boolean =>
  grant.subject.kind === 'user'
    ? typed.kind === 'email' && emailKey(grant.subject.email) === emailKey(typed.email)
    : typed.kind === 'everyone'

/** One on this entry and one from above may be for the same person. */
const grantKey = ({ entry, subject }: Pick<Grant, 'entry' | 'subject'>): string =>
  `${entry} ${subject.kind === 'user' ? subject.user.id : subject.kind}`
