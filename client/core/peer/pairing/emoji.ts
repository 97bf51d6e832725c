import { expand, extract } from '@noble/hashes/hkdf.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'

/** A picture, and its name for those who read it aloud or cannot see it. */
export type Emoji = { readonly picture: string; readonly name: string }

/** 64 that are hard to mistake for each other: those of Matrix's short authentication strings. Their order is protocol. */
export const emojiList: readonly Emoji[] =
  `🐶 dog,🐱 cat,🦁 lion,🐎 horse,🦄 unicorn,🐷 pig,🐘 elephant,🐰 rabbit,🐼 panda,🐓 rooster,🐧 penguin,🐢 turtle,🐟 fish,
🐙 octopus,🦋 butterfly,🌷 flower,🌳 tree,🌵 cactus,🍄 mushroom,🌏 globe,🌙 moon,☁️ cloud,🔥 fire,🍌 banana,🍎 apple,
🍓 strawberry,🌽 corn,🍕 pizza,🎂 cake,❤️ heart,😀 smiley,🤖 robot,🎩 hat,👓 glasses,🔧 spanner,🎅 santa,👍 thumbs up,
☂️ umbrella,⌛ hourglass,⏰ clock,🎁 gift,💡 light bulb,📕 book,✏️ pencil,📎 paperclip,✂️ scissors,🔒 lock,🔑 key,🔨 hammer,
☎️ telephone,🏁 flag,🚂 train,🚲 bicycle,✈️ aeroplane,🚀 rocket,🏆 trophy,⚽ ball,🎸 guitar,🎺 trumpet,🔔 bell,⚓ anchor,
🎧 headphones,📁 folder,📌 pin`
    .split(/,\s*/)
    .map(entry => {
      const [picture = '', ...name] = entry.split(' ')
      return { picture, name: name.join(' ') }
    })

/** Four, 24 bits, from the secret with which the two pair `again`: the same on both sides if nobody is in the middle. */
export const emojiOf = (again: string): readonly Emoji[] => {
  const base = extract(sha512, utf8ToBytes(again), utf8ToBytes('wherry.send.v1'))
  const [a = 0, b = 0, c = 0] = expand(sha512, base, utf8ToBytes('emoji'), 3)
  return [a >> 2, ((a & 3) << 4) | (b >> 4), ((b & 15) << 2) | (c >> 6), c & 63].map(
    index => emojiList[index] ?? { picture: '', name: '' },
  )
}
