import type { ReactiveController, ReactiveControllerHost } from 'lit'
import { type Route, routeOf } from './routes.ts'

const modern = () => 'navigation' in window

/** Goes to a place of the app. */
export const go = (path: string, { replace = false } = {}): void => {
  if (modern()) {
    window.navigation.navigate(path, { history: replace ? 'replace' : 'auto' })
    return
  }
  if (replace) history.replaceState(null, '', path)
  else history.pushState(null, '', path)
  dispatchEvent(new PopStateEvent('popstate'))
}

/** What was kept with the present entry of the history: scroll and selection of a folder. */
export const keptState = (): unknown =>
  modern() ? window.navigation.currentEntry?.getState() : history.state

/** Keeps something with the present entry of the history, for when it is come back to. */
export const keepState = (state: unknown): void => {
  if (modern()) window.navigation.updateCurrentEntry({ state })
  else history.replaceState(state, '')
}

/** Others have the browser open a link elsewhere. */
export const isPlainClick = ({ button, ctrlKey, metaKey, shiftKey }: MouseEvent): boolean =>
  button === 0 && !(ctrlKey || metaKey || shiftKey)

/** Follows the address bar: links inside the app change the route instead of loading a page. */
export class Router implements ReactiveController {
  route: Route
  readonly #host: ReactiveControllerHost
  #shown = location.href

  constructor(host: ReactiveControllerHost) {
    this.#host = host
    this.route = routeOf(location.href) ?? { page: 'home' }
    host.addController(this)
  }

  hostConnected(): void {
    if (modern()) window.navigation.addEventListener('navigate', this.#navigate)
    else {
      addEventListener('popstate', this.#follow)
      document.addEventListener('click', this.#click)
    }
  }

  hostDisconnected(): void {
    if (modern()) window.navigation.removeEventListener('navigate', this.#navigate)
    removeEventListener('popstate', this.#follow)
    document.removeEventListener('click', this.#click)
  }

  #navigate = (event: NavigateEvent) => {
    const isPlain = event.downloadRequest === null && event.formData === null && !event.hashChange
    const isForUs = event.canIntercept && isPlain && event.navigationType !== 'reload'
    if (!isForUs || routeOf(event.destination.url) === null) return
    event.intercept({ scroll: 'manual', focusReset: 'manual', handler: async () => this.#follow() })
  }

  #follow = () => {
    const { pathname, search } = new URL(this.#shown)
    this.#shown = location.href
    // What lies over the page came or went: a preview.
    if (pathname === location.pathname && search !== location.search) return
    this.route = routeOf(location.href) ?? { page: 'home' }
    this.#host.requestUpdate()
  }

  #click = (event: MouseEvent) => {
    if (event.defaultPrevented) return
    const link = event.composedPath().find(node => node instanceof HTMLAnchorElement)
    if (
      !link ||
      !isPlainClick(event) ||
      link.target ||
      link.hasAttribute('download') ||
      link.origin !== location.origin
    )
      return
    if (routeOf(link.href) === null) return
    event.preventDefault()
    go(link.href)
  }
}
