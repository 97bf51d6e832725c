import { sliceHeaderBytes } from '../../protocol/frames.ts'
import { limits } from '../../protocol/limits.ts'
import { socketPath, subprotocol } from '../../protocol/rpc.ts'

/** What a reader of the protocol reference has to know before its tables. */
export const introduction = `# The protocol of Wherry

Made from \`protocol/\` by \`npm run docs\`; change it there. The same as a machine reads it: [openrpc.json](../openrpc.json).

## Connection
Open a WebSocket at \`${socketPath}\`, or at any path below it, with the subprotocol \`${subprotocol}\`. Text frames are JSON-RPC 2.0 (no batches): a call has an \`id\` (a number, or a text of at most 64 characters), its answer has the same one, and an event is a notification from the hub, without \`id\`. Parameters go by name; unknown ones are refused. A browser's \`Origin\` has to be one of the hub's. Any number of sockets may be open; programs that move bulk data open a second one for it.

## Sign-in
Call \`hub.hello\`, then \`session.login\`, or \`session.resume\` with an access token, within 10 seconds; until then messages are at most ${limits.guestMessageBytes / 1024} KiB. An access token lives for minutes and \`session.refresh\` renews it on the open connection, without touching what runs on it. A refresh token is used once: each renewal gives the next one, and using one twice ends the session. In browsers it is in a cookie that scripts cannot read.

## Errors
An error object has \`code\` (JSON-RPC's number), \`message\` (a sentence for people) and \`data.reason\` (the word that programs read). Calls marked so can be repeated with the same text as \`id\` after a lost connection: they have one effect.

## Binary messages
A binary message is one or more slices back to back. Each has a header of ${sliceHeaderBytes} bytes, four little-endian 32-bit numbers, and then its bytes:

| at | what |
| --- | --- |
| 0 | stream: chosen by the side that opened the transfer, valid for this connection |
| 4 | index of the chunk in its file |
| 8 | offset of this slice in its chunk |
| 12 | length of this slice; the top bit marks the last slice of its chunk |

A message has at most ${limits.messageSlices} slices, a slice at most ${limits.sliceBytes / 2 ** 20} MiB, a chunk at most ${limits.chunkMaxBytes / 2 ** 20} MiB. Chunks are named by SHA-256.

## Flow control
Uploads run on credit in bytes. \`upload.credit\` asks for it, each slice spends its length, and \`upload.stored\` gives it back when the chunk is durable. Sending without credit closes the connection. Downloads are pulled: \`download.read\` asks for a few chunks at a time, and a connection that stops taking bytes is closed.

## Uploads
\`upload.open\`, then for the next chunks \`upload.declare\` (the answer says which are missing), slices of the missing ones, and at the end \`upload.commit\`. Nothing needs to wait for an answer but for credit. After a lost connection: \`upload.resume\`, which says what is stored. For many small files: \`upload.putMany\`, after \`upload.findMany\` where some may be there already.

## Live folders
\`folder.watch\` answers with the space's change number, then \`folder.list\` with pages; every entry carries the number of its last change, and a change applies only to an entry with a lower one. \`folder.changed\` says \`from\` and \`to\`: if \`from\` is above the last number seen, \`folder.changes\` has what was missed. After a reconnect, \`folder.watch\` with \`since\` answers with the changes since then, or \`reset\`.

## Direct sends
Two peers meet in a room with two seats, of which the hub keeps nothing: \`room.create\` takes the first and gives a slot, \`room.join\` with the slot takes the other, and whoever does that before sign-in is a guest of the room, without the 10 seconds for as long as it lasts. \`room.signal\` passes envelopes, which the peers seal for each other. \`room.relay\` names a stream on each side: slices on it go to the other side's stream, with index, offset and last bit as they came. They spend their length of credit, an empty one that of its header, and no more may be on its way in headers than in content. Credit begins with ${limits.relayFirstBytes / 1024} KiB when both streams are named, comes back as the other side takes them, and widens for who fills it. \`room.left\` with \`away\` says that the other connection is gone: the relay is over, and who comes back takes the seat again (\`room.create\` with the same id, \`room.join\` by room), names a stream again, and so does the other side.`
