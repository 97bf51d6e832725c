import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { watchFolder } from '../../client/core/folder/live-folder.ts'
import { WherryError } from '../../protocol/errors.ts'
import type { Entry } from '../../protocol/values.ts'
import { folderModel, modelFolder } from '../support/folder-model.ts'
import { settle } from '../support/manual-timers.ts'
import { type ReceivedCall, type Script, scriptedHub, testUser } from '../support/scripted-hub.ts'

const open = (script: Script) => {
  const hub = scriptedHub(script)
  const live = watchFolder(hub.client, modelFolder)
  /** What a page that only listens would have. */
  const mirror = new Map<string, Entry>()
  live.onChange(({ put, removed }) => {
    for (const id of removed) mirror.delete(id)
    for (const entry of put) mirror.set(entry.id, entry)
  })
  const close = () => {
    live.close()
    hub.client.close()
  }
  return { ...hub, hub, live, mirror, close }
}

const name = fc.constantFrom('a', 'B', 'b', 'ä', 'IMG_', '10', '2', '🦆', '\uffee', 'İ')
const place = fc.nat(20)
const plain = <const Name extends string>(...names: Name[]) => fc.record({ do: fc.constantFrom(...names) })
/** Mostly traffic; what breaks a connection is seldom, so that much happens on each. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('deliver'), most: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('answer'), at: place }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('create'), name, folder: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('rename'), at: place, name }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('resize', 'remove'), at: place }) },
  { weight: 4, arbitrary: plain('ring', 'ringTwice', 'loseRing') },
  { weight: 2, arbitrary: plain('reconnect', 'thaw') },
  { weight: 1, arbitrary: plain('passElsewhere', 'freeze', 'prune', 'cut', 'blackHole') },
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

/** The same hub, whose answers are ready when asked but leave it later, and not in order. */
const answeringLate = (script: Script) => {
  let held: { id: string; result: object }[] = []
  const hold = (name: 'folder.watch' | 'folder.list' | 'folder.changes') => ({
    [name]: (params: never, call: ReceivedCall) => {
      const result = (script[name] as (params: never, call: ReceivedCall) => object)(params, call)
      held.push({ id: call.id, result })
    },
  })
  return {
    script: { ...script, ...hold('folder.watch'), ...hold('folder.list'), ...hold('folder.changes') },
    take: (at: number) => held.splice(at % Math.max(1, held.length), 1)[0],
    lose() {
      held = []
    },
  }
}

describe('a live folder', () => {
  it('has what the hub has after any interleaving of pages, changes, losses, repetitions and disconnects', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(12), fc.array(step, { maxLength: 60, size: 'max' }), async (first, steps) => {
        const model = folderModel()
        for (let i = 0; i < first; i++) model.create('x')
        const late = answeringLate(model.script)
        const { hub, live, mirror, say, reply, connect, pass, quiet, close } = open(late.script)
        const answer = (at: number) => {
          const ready = late.take(at)
          if (ready) reply(ready.id, ready.result)
          return ready !== undefined
        }
        const cut = () => {
          hub.far.cut()
          late.lose()
        }
        const reconnect = async () => {
          if (hub.client.state === 'live') return
          if (hub.far.isOpen) await quiet()
          hub.client.wake()
          hub.far.open()
          await settle()
        }
        const run: Record<Step['do'], (given: Step) => unknown> = {
          create: given => 'folder' in given && model.create(given.name, given.folder ? 'folder' : 'file'),
          rename: given => 'at' in given && 'name' in given && model.rename(given.at, given.name),
          resize: given => 'at' in given && model.resize(given.at),
          remove: given => 'at' in given && model.remove(given.at),
          ring: () => say('folder.changed', model.ring()),
          ringTwice: () => {
            const event = model.ring()
            say('folder.changed', event)
            say('folder.changed', event)
          },
          loseRing: () => model.ring(),
          passElsewhere: () => model.passElsewhere(),
          prune: () => model.prune(),
          deliver: given => 'most' in given && hub.far.deliver(given.most),
          answer: given => 'at' in given && answer(given.at),
          freeze: () => model.freezePages(true),
          thaw: () => model.freezePages(false),
          cut,
          blackHole: () => {
            hub.far.drop()
            late.lose()
          },
          reconnect,
        }
        hub.far.open()
        for (const given of steps) {
          await run[given.do](given)
          await settle()
        }
        model.freezePages(false)
        if (hub.client.state !== 'live' || !hub.far.isOpen) {
          cut()
          await pass(60_000)
          await connect()
        }
        model.create('last')
        say('folder.changed', model.ring())
        do await quiet()
        while (answer(0))
        expect(live.status).toBe('live')
        expect(live.entries).toEqual(model.sorted())
        expect(live.total).toBe(live.entries.length)
        expect(new Set(mirror.values())).toEqual(new Set(live.entries))
        for (const entry of live.entries) expect(live.find(entry.name)?.id).toBe(entry.id)
        close()
      }),
      { numRuns: 300 },
    )
  })

  it('asks after a disconnect only for what it missed', async () => {
    const model = folderModel()
    for (let i = 0; i < 10; i++) model.create('a')
    const { hub, live, connect, pass, callsOf, close } = open(model.script)
    await connect()
    const pages = callsOf('folder.list').length
    hub.far.cut()
    expect(live.status).toBe('stale')
    model.create('b')
    await pass(1000)
    await connect()
    expect(live.status).toBe('live')
    expect(callsOf('folder.list')).toHaveLength(pages)
    expect(callsOf('folder.watch').map(call => call.params)).toEqual([
      { folder: modelFolder, since: null },
      { folder: modelFolder, since: 10 },
    ])
    expect(live.entries).toEqual(model.sorted())
    close()
  })

  it('asks for all that it missed where one answer has not room for that', async () => {
    const model = folderModel()
    model.create('a')
    const { hub, live, connect, callsOf, pass, close } = open(model.script)
    await connect()
    hub.far.cut()
    for (let i = 0; i < 9; i++) model.create('b')
    await pass(1000)
    await connect()
    expect(live.entries).toEqual(model.sorted())
    expect(callsOf('folder.changes').map(call => call.params)).toEqual([
      { folder: modelFolder, since: 5 },
      { folder: modelFolder, since: 9 },
    ])
    close()
  })

  it('keeps its rows on show while it reads a folder again whose history was pruned', async () => {
    const model = folderModel()
    for (let i = 0; i < 9; i++) model.create('a')
    const { hub, live, connect, pass, close } = open(model.script)
    await connect()
    const sizes: number[] = []
    live.onChange(() => sizes.push(live.entries.length))
    hub.far.cut()
    model.remove(0)
    model.create('b')
    model.ring()
    model.prune()
    await pass(1000)
    await connect()
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(9)
    expect(live.entries).toEqual(model.sorted())
    close()
  })

  it('reads all of its pages again after one that could not be read', async () => {
    const model = folderModel()
    for (let i = 0; i < 9; i++) model.create('a')
    let lists = 0
    const list = model.script['folder.list']
    const script: Script = {
      ...model.script,
      'folder.list': (params, call) => {
        if (++lists === 2) throw new WherryError('internal')
        return list?.(params, call)
      },
    }
    const { live, connect, pass, close } = open(script)
    await connect()
    expect(live.entries.length).toBeLessThan(9)
    const statusNow = async () => {
      await pass(1)
      return live.status
    }
    await expect.poll(statusNow).toBe('live')
    expect(live.entries).toEqual(model.sorted())
    close()
  })

  it('tells what came as a change from what was loaded', async () => {
    const model = folderModel()
    model.create('a')
    const { live, connect, quiet, say, close } = open(model.script)
    const told: [number, number, boolean][] = []
    live.onChange(({ put, removed, live: isLive }) => {
      if (put.length + removed.length > 0) told.push([put.length, removed.length, isLive])
    })
    await connect()
    model.create('b')
    model.remove(0)
    say('folder.changed', model.ring())
    await quiet()
    expect(told).toEqual([
      [1, 0, false],
      [1, 1, true],
    ])
    close()
  })

  it('sorts by size and date as well, folders first either way', async () => {
    const model = folderModel()
    for (const name of ['c', 'a', 'b']) model.create(name)
    model.create('z', 'folder')
    model.resize(1)
    const { live, connect, close } = open(model.script)
    await connect()
    live.setOrder({ by: 'size', descending: true })
    expect(live.entries.map(entry => entry.name)).toEqual(['z4', 'a2', 'b3', 'c1'])
    live.setOrder({ by: 'modified', descending: false })
    expect(live.entries.map(entry => entry.name)).toEqual(['z4', 'c1', 'a2', 'b3'])
    live.setOrder({ by: 'name', descending: true })
    expect(live.entries.map(entry => entry.name)).toEqual(['z4', 'c1', 'b3', 'a2'])
    close()
  })

  /** A folder with an entry that has just gone out of sight, which comeBack() ends. */
  const openGone = async () => {
    const model = folderModel()
    model.create('a')
    let isThere = true
    const opened = open({
      ...model.script,
      'folder.watch': (params, call) => {
        if (!isThere) throw new WherryError('not_found')
        return model.script['folder.watch']?.(params, call)
      },
    })
    await opened.connect()
    isThere = false
    opened.say('access.changed', { space: testUser.id, entry: modelFolder, level: null })
    await opened.quiet()
    expect(opened.live.status).toBe('gone')
    const comeBack = () => {
      isThere = true
    }
    return { ...opened, model, comeBack }
  }

  it('is gone when the hub says that it is not there, and comes back when it is again', async () => {
    const { live, model, quiet, say, close, comeBack } = await openGone()
    expect(live.entries).toEqual([])
    comeBack()
    say('access.changed', { space: testUser.id, entry: modelFolder, level: 'read' })
    await quiet()
    expect(live.status).toBe('live')
    expect(live.entries).toEqual(model.sorted())
    close()
  })

  it('is there again when the folder is, also where nobody is told of that', async () => {
    const { live, model, quiet, close, comeBack } = await openGone()
    comeBack()
    const statusNow = async () => {
      await quiet()
      return live.status
    }
    await expect.poll(statusNow, { timeout: 5000 }).toBe('live')
    expect(live.entries).toEqual(model.sorted())
    close()
  })

  it('knows who else is here and which uploads run', async () => {
    const model = folderModel()
    const { live, connect, quiet, say, close } = open(model.script)
    await connect()
    const bob = { id: 'bob-bob-bob-bob-bob-bo', name: 'Bob' }
    say('presence.changed', { folder: modelFolder, people: [{ id: testUser.id, name: 'Ada' }, bob] })
    const upload = { upload: 'upload-upload-upload-u', name: 'a', size: 2, storedBytes: 1, by: bob }
    say('transfer.progressed', { folder: modelFolder, uploads: [{ ...upload, state: 'running' }] })
    await quiet()
    expect(live.people).toEqual([bob])
    expect(live.uploads).toHaveLength(1)
    say('transfer.progressed', { folder: modelFolder, uploads: [{ ...upload, state: 'ended' }] })
    await quiet()
    expect(live.uploads).toHaveLength(0)
    close()
  })

  it('ends the watch with the last one that shows the folder', async () => {
    const model = folderModel()
    const { hub, live, connect, quiet, callsOf, close } = open(model.script)
    const second = watchFolder(hub.client, modelFolder)
    await connect()
    second.close()
    second.close()
    await quiet()
    expect(callsOf('folder.unwatch')).toHaveLength(0)
    live.close()
    await quiet()
    expect(callsOf('folder.unwatch')).toHaveLength(1)
    close()
  })
})
