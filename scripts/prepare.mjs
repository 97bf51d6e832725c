import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findChromium, findNginx, findProgram } from './find-chromium.mjs'

// Runs before every npm script, with whatever Node the machine has and before any package is there:
// plain JavaScript, no dependencies, silent when nothing is to do.

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const purpose = process.argv[2] ?? 'packages'
const ownNode = join(root, 'node_modules/.bin/node')
process.chdir(root)

const say = text => console.log(`wherry: ${text}`)

const fail = text => {
  console.error(`wherry: ${text}`)
  process.exit(1)
}

/** Runs a program and shows its output only if it fails. */
const run = (program, args, { optional = false, env = {} } = {}) => {
  const { status, error, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  if (status === 0 || optional) return status === 0
  console.error(`${stdout ?? ''}${stderr ?? ''}`.trim())
  return fail(`\`${[program, ...args].join(' ')}\` failed${error ? `: ${error.message}` : ''}.`)
}

const readJson = path => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return null
  }
}

const libc = process.report?.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl'

/** True of the optional packages that hold the binaries for this machine: node_modules may come from another one. */
const isForThisMachine = ({ os, cpu, libc: libcs }) =>
  (os || cpu) &&
  (os ?? [process.platform]).includes(process.platform) &&
  (cpu ?? [process.arch]).includes(process.arch) &&
  (libcs ?? [libc]).includes(libc)

/** True if what npm noted at the end of its last installation is what the lock file asks for. */
const packagesAreInstalled = () => {
  const wanted = readJson('package-lock.json')
  const installed = readJson('node_modules/.package-lock.json')
  if (!wanted) return fail('package-lock.json is missing or not readable.')
  if (!installed) return false
  return Object.entries(wanted.packages).every(([path, entry]) => {
    if (path === '') return true
    const found = installed.packages[path]
    if (!found) return entry.optional === true && !isForThisMachine(entry)
    return found.version === entry.version && found.integrity === entry.integrity
  })
}

const preparePackages = () => {
  if (!packagesAreInstalled()) {
    say('installing the packages (npm ci) …')
    // Every package brings its binaries. npm would build better-sqlite3 all the same, against what its package.json says,
    // for which few machines have a compiler. And with NODE_ENV=production it would leave out what builds the client.
    run('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--ignore-scripts'])
  }
  prepareNode()
}

const ownNodeVersion = () => spawnSync(ownNode, ['--version'], { encoding: 'utf8' }).stdout?.trim() ?? ''

/** No install scripts ran; the package `node` places its binary with one. */
const prepareNode = () => {
  if (ownNodeVersion().startsWith('v22.')) return
  say('placing Node 22 …')
  run('npm', ['rebuild', 'node', '--ignore-scripts=false'], { optional: true })
  if (ownNodeVersion().startsWith('v22.')) return
  run(process.execPath, ['node_modules/node/installArchSpecificPackage.js'], {
    optional: true,
    env: { npm_package_name: 'node' },
  })
  if (!ownNodeVersion().startsWith('v22.'))
    fail('Node 22 could not be placed in node_modules/.bin. Remove node_modules and try again.')
}

const newestIn = path => {
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  return Math.max(stat.mtimeMs, ...readdirSync(path).map(name => newestIn(join(path, name))))
}

/** With what scripts/build.ts imports. */
const buildScripts = ['build', 'one-initial-file', 'shorten'].map(name => `scripts/${name}.ts`)
const clientSources = ['client/core', 'client/web', 'protocol', ...buildScripts, 'package-lock.json']

const prepareClient = () => {
  const built = 'dist/web/index.html'
  if (existsSync(built) && Math.max(...clientSources.map(newestIn)) <= statSync(built).mtimeMs) return
  say('building the client …')
  run(ownNode, ['--disable-warning=ExperimentalWarning', 'scripts/build.ts', '--any-size'])
}

const canUseApt = () => process.getuid?.() === 0 && existsSync('/etc/debian_version')

const installWithApt = packages => {
  say(`installing ${packages.join(' and ')} (apt-get) …`)
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  const options = ['-qq', '-y', '-o', 'DPkg::Lock::Timeout=300', '--no-install-recommends']
  run('apt-get', ['update', '-qq'], { env, optional: true })
  return run('apt-get', ['install', ...options, ...packages], { env, optional: true })
}

const prepareTestPrograms = async () => {
  const missing = []
  if (!(await findChromium()) && !process.env.WHERRY_CHROMIUM) missing.push('chromium')
  if (!findNginx()) missing.push('nginx-light')
  if (!findProgram('strace')) missing.push('strace')
  if (!findProgram('mkfs.xfs')) missing.push('xfsprogs')
  if (!findProgram('turnserver')) missing.push('coturn')
  if (!findProgram('ip')) missing.push('iproute2')
  if (!findProgram('nft')) missing.push('nftables')
  if (missing.length > 0 && canUseApt()) installWithApt(missing)
  if (!(await findChromium()) && !process.env.WHERRY_CHROMIUM) {
    say("downloading Playwright's Chromium …")
    run(ownNode, ['node_modules/playwright-core/cli.js', 'install', 'chromium'], { optional: true })
  }
  if (await findChromium()) return
  if (process.env.WHERRY_CHROMIUM) fail(`WHERRY_CHROMIUM names no program: ${process.env.WHERRY_CHROMIUM}.`)
  fail('the tests need Chromium. Install it, or set WHERRY_CHROMIUM to its path, and try again.')
}

preparePackages()
if (purpose === 'start' || purpose === 'test' || purpose === 'bench') prepareClient()
if (purpose === 'test') await prepareTestPrograms()
