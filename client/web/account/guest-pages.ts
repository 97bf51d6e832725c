/** What only a visitor without a session needs; loaded when there is one. */
import './setup-page.ts'
import './sign-in-page.ts'
