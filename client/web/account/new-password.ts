import { html, nothing, type TemplateResult } from 'lit'
import { limits } from '../../../protocol/limits.ts'

type NewPassword = { name: string; describedBy?: string; isFirst?: boolean; isInvalid?: boolean }

/** The input for a password that is yet to be, within the hub's bounds. */
export const newPassword = (about: NewPassword): TemplateResult => html`<input
    id=${about.name}
    name=${about.name}
    type="password"
    autocomplete="new-password"
    minlength=${limits.passwordMinChars}
    maxlength=${limits.passwordMaxChars}
    required
    ?autofocus=${about.isFirst}
    aria-invalid=${about.isInvalid ? 'true' : 'false'}
    aria-describedby=${about.describedBy ?? nothing}
  />`
