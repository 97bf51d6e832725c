import { start } from '../../client/web/app/start.ts'
import { createFakeHub, id, people } from './fake-hub.ts'

const query = new URLSearchParams(location.search)
const hub = createFakeHub(query.has('guest') || query.has('setup') ? 'signedOut' : 'live')
const minute = 60_000
const projects = hub.put({ id: id('projects'), name: 'Projects', folder: hub.root, kind: 'folder' })
const launch = hub.put({ id: id('launch'), name: 'Launch 2027', folder: projects.id, kind: 'folder' })
hub.put({ id: id('empty'), name: 'Empty', folder: hub.root, kind: 'folder' })
const rows: [string, string, number, number, string | null][] = [
  ['Brand assets', 'Ana', 0, 1300, null],
  ['Field recordings', 'Lei', 0, 12000, null],
  ['Contracts – signed', 'You', 0, 26000, null],
  ['Keynote deck v7.pdf', 'Fatima', 18.4e6, 5, 'application/pdf'],
  [
    'Budget 2027.xlsx',
    'Dmitri',
    1.2e6,
    4,
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  ],
  ['Hero shot – dawn_final.jpg', 'You', 24.8e6, 26, 'image/jpeg'],
  ['Hero shot – dusk.jpg', 'You', 22.1e6, 26, 'image/jpeg'],
  ['Interview – Nkechi (raw).wav', 'Lei', 812e6, 70, 'audio/wav'],
  ['Press kit.zip', 'Ana', 340e6, 130, 'application/zip'],
  ['Release notes.md', 'You', 6e3, 300, 'text/markdown'],
  ['site-config.ts', 'Ben', 3e3, 340, 'text/typescript'],
  ['Supplier brief – Zürich.docx', 'Fatima', 88e3, 1500, 'application/msword'],
  ['Teaser 15s – vertical.mp4', 'Ben', 96e6, 1800, 'video/mp4'],
  ['User research – summary.pdf', 'Ana', 4.4e6, 4000, 'application/pdf'],
]
for (const [name, by, size, age, type] of rows) {
  hub.put({
    name,
    size,
    type,
    kind: type ? 'file' : 'folder',
    folder: launch.id,
    by: people[by] ?? null,
    modifiedAt: Date.now() - age * minute,
  })
}
const many = hub.put({ id: id('many'), name: 'Hundred thousand', folder: hub.root, kind: 'folder' })
const manyCount = Number(query.get('many') ?? 0)
for (let i = 0; i < manyCount; i++) {
  hub.put({
    name: `file ${String(i).padStart(6, '0')}.txt`,
    size: i,
    type: 'text/plain',
    folder: many.id,
    modifiedAt: Date.now() - i * minute,
  })
}
Object.assign(window, { hub, people })
start(hub.client)
