import { type ElementPart, noChange } from 'lit'
import { Directive, directive } from 'lit/directive.js'

class Cssom extends Directive {
  #written = new Map<string, string>()

  override render(_properties: Record<string, string>): unknown {
    return noChange
  }

  override update(part: ElementPart, [properties]: [Record<string, string>]): unknown {
    const { style } = part.element as HTMLElement
    for (const [name, value] of Object.entries(properties)) {
      if (this.#written.get(name) === value) continue
      this.#written.set(name, value)
      style.setProperty(name, value)
    }
    return noChange
  }
}

/** Sets CSS properties of an element through CSSOM: style attributes, and Lit's styleMap, are refused by our CSP. */
export const cssom = directive(Cssom)
