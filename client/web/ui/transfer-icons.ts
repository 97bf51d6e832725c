import circleCheck from 'lucide-static/icons/circle-check.svg'
import info from 'lucide-static/icons/info.svg'
import pause from 'lucide-static/icons/pause.svg'
import play from 'lucide-static/icons/play.svg'
import refresh from 'lucide-static/icons/rotate-cw.svg'
import { iconOf } from './icons.ts'

/** Icons of what runs, pauses and ends, which nothing needs before something does. */
export const transferIcons = {
  circleCheck: iconOf(circleCheck),
  info: iconOf(info),
  pause: iconOf(pause),
  play: iconOf(play),
  refresh: iconOf(refresh),
}
