/** Chapter 5: secrets, from letters in place of letters to keys that two agree on while others listen. */
import type { LessonWords } from '../../../lessons/lesson.ts'
import type { AgreementNames } from '../../../lessons/secrets/agreement.ts'
import type { BlocksNames } from '../../../lessons/secrets/blocks.ts'
import type { CaesarNames } from '../../../lessons/secrets/caesar.ts'
import type { PaintNames } from '../../../lessons/secrets/paint.ts'
import type { RsaNames } from '../../../lessons/secrets/rsa.ts'
import type { SwappedNames } from '../../../lessons/secrets/swapped.ts'
import type { XorNames } from '../../../lessons/secrets/xor.ts'

export const caesar: LessonWords<CaesarNames> = {
  title: 'Letters in place of letters',
  prose: [
    'The oldest secret writing moves each letter along the alphabet. Here A becomes {first}: all letters move by {shift}. Whoever knows the number moves them back.',
    'The number is the key, and there are only {keys} of them. Nobody needs to think: try them all, and one line makes sense. A cipher is worth no more than the number of its keys.',
    'A table that mixes the letters has more keys than anybody can try. It falls all the same, because it hides the letters and not how often they come. Choose the mixed table and count.',
  ],
  changes: { shift: 'Moved along', table: 'A mixed table', yours: 'Your word' },
  steps: {
    table: 'The key: below each letter stands the one that is written for it. A becomes {first}.',
    written: 'A message, and what is sent.',
    tried: 'All {keys} keys tried. One line can be read: that with {shift}.',
    counted: 'The letters of the ciphertext, counted. {most} comes {times} times, more than any other.',
    guessed:
      'In English the letter that comes most is {stands}. {most} stands for it, and the rest follows word by word.',
    asked: 'The same key as before: all letters are moved by {shift}.',
    answer: 'Every key tried on your word. One line can be read.',
  },
  labels: {
    plain: 'letter',
    secret: 'is written',
    message: 'message',
    cipher: 'is sent',
    shift: 'key',
    reads: 'reads',
    letter: 'letter',
    times: 'comes',
    stands: 'stands for',
  },
  question: 'Somebody sends `{riddle}` with the key of this run. What does it say?',
  choices: {},
  answers: {
    right: 'Moved back by {shift}, `{riddle}` reads {answer}. In the table it is the one line that is a word.',
    wrong: 'Move each letter of `{riddle}` back by {shift}, or look for the one line of the table that is a word.',
  },
}

export const xorLesson: LessonWords<XorNames> = {
  title: 'Exclusive or, and a key used twice',
  prose: [
    'Machines write in bits, and the simplest thing to do to a bit with a key is to turn it or leave it. Where the key has a one, the bit is turned. This is exclusive or, in short XOR.',
    'Here {first} is hidden under a key of random bytes. Turning twice is not turning at all: the same key gives the message back. And without the key every message of this length is as likely as any other. Nothing is safer.',
    'Two things it does not forgive. Use the key for a second message, and the two ciphertexts give away how the messages differ. And whoever changes a bit on the way changes that bit of the message, without any key.',
  ],
  changes: { once: 'Used once', twice: 'Used twice', flipped: 'Changed on the way' },
  steps: {
    letters: 'The message, and the bytes that its letters are.',
    key: 'The key: as many random bytes.',
    mixed: 'Each bit of the message is turned where the key has a one. This is sent.',
    back: 'The same key once more, and the message is back.',
    second: 'Another message, hidden with the same key.',
    difference: 'Both ciphertexts, XORed with each other: the key has turned each bit twice, and is gone.',
    same: 'The messages XORed with each other give exactly the same. Who knows one of them knows the other.',
    flipped: 'Somebody on the way turns the bits in which {first} and {instead} differ. No key is needed.',
    read: 'The receiver takes the key off and reads {instead}.',
  },
  labels: {
    message: 'message',
    bytes: 'its bytes',
    bits: 'bits of the first letter',
    key: 'key',
    cipher: 'is sent',
    again: 'key taken off',
    other: 'second message',
    otherCipher: 'is sent',
    ciphers: 'ciphertexts XORed',
    messages: 'messages XORed',
    mask: 'turned on the way',
    changed: 'arrives',
  },
  question:
    'Two messages were hidden with one key. Their ciphertexts differ by `{difference}`, and you know that the first one is {first}. Which is the second?',
  choices: { one: '{candidateOne}', two: '{candidateTwo}', three: '{candidateThree}' },
  answers: {
    one: '{first} and {candidateOne} differ by `{differenceOne}`. The ciphertexts differ by `{difference}`.',
    two: '{first} and {candidateTwo} differ by `{differenceTwo}`. The ciphertexts differ by `{difference}`.',
    three: '{first} and {candidateThree} differ by `{differenceThree}`. The ciphertexts differ by `{difference}`.',
  },
}

export const blocks: LessonWords<BlocksNames> = {
  title: 'A picture behind frosted glass',
  prose: [
    'A block cipher such as AES turns {size} bytes into {size} others. With the same key the same bytes always become the same others. What should be done with more than one block?',
    'The picture here has {blocks} blocks, each a small square. Many are alike: only {plainDistinct} are different, and one of them comes {most} times. Encrypt each block for itself, and equal squares become equal noise. Nobody can read a grey from it, but everybody sees the shape. This mode is called ECB.',
    'In CBC each block is first XORed with the encrypted block before it. The first one has none, and gets random bytes instead. Then no two of the {cbcDistinct} encrypted blocks are alike, and nothing is left to see.',
  ],
  changes: { flat: 'Flat colours', grained: 'With grain', twice: 'Encrypted twice' },
  steps: {
    picture: 'The picture: {plainDistinct} different blocks among {blocks}.',
    alone: 'Each block for itself (ECB): {ecbDistinct} different blocks, and the most frequent comes {ecbMost} times.',
    chained:
      'Each block chained to the one before (CBC): {cbcDistinct} different blocks, none comes more than {cbcMost} {cbcMost|time|times}.',
    twice:
      'The same picture, the same key, again. With ECB {ecbSame} of {blocks} blocks are as before; with CBC and new random bytes {cbcSame}.',
  },
  labels: { plain: 'picture', ecb: 'ECB', cbc: 'CBC', ecbAgain: 'ECB, again', cbcAgain: 'CBC, again' },
  question:
    'The picture has {plainDistinct} different blocks among {blocks}. How many different blocks has its ECB ciphertext?',
  choices: {},
  answers: {
    right:
      'As many as the picture. Equal blocks become equal, different ones different: {ecbDistinct}, and the most frequent comes {ecbMost} times in both.',
    wrong:
      'Equal blocks become equal blocks, and different ones stay different. Count them in the picture: {plainDistinct}.',
  },
}

export const paint: LessonWords<PaintNames> = {
  title: 'A common colour that nobody sent',
  prose: [
    'Two want to have one secret, and everything they say is heard. It can be done, and paint shows how. Mixing two paints is easy. Parting them again is not.',
    'Both agree on a colour that everybody may know, `{common}`. Each adds a colour of its own, which it shows to nobody, and sends the mixture: `{laptopMix}` from the laptop, `{shopMix}` from the shop.',
    'Then each adds its own colour to what it received. Both pots now hold the same three paints, so both are `{shared}`. This pot was never on the wire.',
  ],
  changes: { two: 'Laptop and shop', ear: 'With a listener' },
  steps: {
    common: 'A colour that everybody may know: {common}.',
    secrets: 'Each picks a colour for itself and shows it to nobody.',
    mixed: 'Each mixes its own with the common one. These two go over the wire: {laptopMix} and {shopMix}.',
    shared: 'Each adds its own colour to what it got. Both have {shared}.',
    listens: 'Whoever listens mixes what was sent, and gets {ear}.',
  },
  labels: {
    common: 'common',
    laptop: 'laptop’s own',
    shop: 'shop’s own',
    laptopMix: 'from the laptop',
    shopMix: 'from the shop',
    shared: 'shared',
    ear: 'the listener’s',
  },
  question: 'A listener has both pots that went over the wire, and mixes them. What does it get?',
  choices: {
    same: 'The shared colour: everything is in it.',
    missing: 'Another colour: the laptop’s own is not in it.',
    double: 'Another colour: the common one is in it twice.',
  },
  answers: {
    same: 'It gets {ear}, and the shared colour is {shared}. The three paints are in it, but not in equal parts.',
    missing:
      'The laptop’s own colour is in what the laptop sent. Without it the mixture would be {lacking}; in the run it is {ear}.',
    double:
      'Both pots on the wire hold the common colour. Two parts of it and one of each other make {double}, and that is what the listener gets. The shared colour is {shared}.',
  },
}

export const agreement: LessonWords<AgreementNames> = {
  title: 'The same with numbers',
  prose: [
    'Instead of paint, take powers, and of each only the rest that is left by a prime. Here the prime is {prime} and the base {base}; both may be known. This is the key agreement of Diffie and Hellman.',
    'The laptop picks {laptop} and says {base}^{laptop} mod {prime}, which is {laptopSays}. The shop picks {shop} and says {shopSays}. Each raises what it heard to its own number, and both get {shared}, because it does not matter which power is taken first.',
    'A listener knows {prime}, {base}, {laptopSays} and {shopSays}. To find {laptop} it must try. Here that takes {tries} tries. Choose larger numbers and watch that grow, while both sides hardly notice.',
  ],
  changes: { small: 'On paper', larger: 'Larger numbers', real: 'The real one', yours: 'Your turn' },
  steps: {
    public: 'Known to everybody: the prime {prime} and the base {base}.',
    secrets: 'Each picks a number and tells nobody: {laptop} and {shop}.',
    powers: 'Each says a power: {laptopSays} and {shopSays}.',
    shared: 'Each raises what it heard to its own number. Both have {shared}.',
    tried: 'A listener tries one number after the other until the power is {laptopSays}: {tries} tries.',
    shares:
      'X25519, as TLS uses it: points of a curve instead of powers, {bytes} bytes each. The laptop’s begins with {share}.',
    same: 'Both have the same {bytes} bytes, beginning with {secret}. As a number they begin with {number}, and nobody tries that many.',
    asked: 'You are the laptop. Your number is {laptop}, and the shop says {shopSays}.',
    answer: 'You raise {shopSays} to your number.',
  },
  labels: {
    prime: 'prime',
    base: 'base',
    laptopSecret: 'laptop’s number',
    shopSecret: 'shop’s number',
    laptopSays: 'laptop says',
    shopSays: 'shop says',
    laptopHas: 'laptop has',
    shopHas: 'shop has',
    tries: 'tries of a listener',
    laptopShare: 'laptop says',
    shopShare: 'shop says',
  },
  question:
    'You are the laptop. The prime is {prime}, the base {base}, your own number {laptop}. The shop says {shopSays}. Which number do you share?',
  choices: {},
  answers: {
    right: '{shopSays}^{laptop} mod {prime} is {shared}. The shop gets the same from what you said.',
    wrong:
      'Raise what the shop said to your own number, {shopSays}^{laptop}, and take the rest that {prime} leaves. You may take the rest after every multiplication.',
  },
}

export const rsa: LessonWords<RsaNames> = {
  title: 'RSA by hand',
  prose: [
    'A lock that everybody can shut and only one can open: that is a public key. RSA makes one from two primes, here {p} and {q}. Their product {n} is told to everybody, the primes to nobody.',
    'Who knows the primes knows how many numbers below {n} have no factor in common with it: {totient}. From that and the public exponent {e} follows the private one, {d}. Euclid’s algorithm finds it.',
    'To encrypt {message}, raise it to {e} and keep the rest that {n} leaves: {cipher}. To decrypt, raise that to {d}: {back}. Do it the other way round, and it is a signature: only one can make it, and everybody can check it.',
  ],
  changes: { secret: 'Encryption', signature: 'Signature', broken: 'Found by dividing', yours: 'Your turn' },
  steps: {
    primes: 'Two primes, told to nobody: {p} and {q}.',
    product: 'Their product {n} may be known. How many numbers have no factor in common with it, {totient}, may not.',
    exponent: 'The public key: {n} and the exponent {e}.',
    private: 'Euclid’s algorithm finds the private exponent {d}.',
    encrypted: 'Anybody encrypts {message}: it becomes {cipher}.',
    decrypted: 'Only who has {d} gets {back} back.',
    signed: 'Only who has {d} can make {signed} of {message}.',
    verified: 'Everybody can raise {signed} to {e} and get {verified}.',
    forged: 'It is no signature of {other}.',
    factored:
      'Somebody divides {n} by one odd number after the other. After {tries} divisions it comes out: {factor}. With the primes the private exponent {found} is found as its owner found it.',
    asked: 'A public key, and a message.',
    answer: 'The message, raised to {e}.',
  },
  labels: {
    primes: 'primes',
    product: 'product',
    totient: 'without common factor',
    publicKey: 'public key',
    euclid: 'Euclid',
    privateKey: 'private exponent',
    message: 'message',
    cipher: 'encrypted',
    plain: 'decrypted',
    signature: 'signature',
    verified: 'checked',
    forged: 'for another message',
    tries: 'divisions',
    found: 'primes',
  },
  question: 'The public key is {n} with the exponent {e}. What is {asked}, encrypted?',
  choices: {},
  answers: {
    right: '{asked}^{e} mod {n} is {cipher}. You did not need to know the primes.',
    wrong:
      'Multiply {asked} with itself until you have {e} of them, and keep the rest that {n} leaves. You may take the rest after every multiplication.',
  },
}

export const swapped: LessonWords<SwappedNames> = {
  title: 'Whose key is it?',
  prose: [
    'Key agreement keeps listeners out. It does not keep out whoever answers in the other’s place. Here sits Mallory between the two and swaps what they say: the laptop said {laptopSays}, the shop {shopSays}, and both hear {mallorySays}.',
    'So the laptop agrees with Mallory on {near}, and Mallory with the shop on {far}. Both think that they talk to each other. Mallory opens each message with one key, reads it, and shuts it with the other.',
    'All the mathematics of this chapter is in order, and nothing is secret. What is missing is somebody who says whose number that is. See the same with TLS: once with a laptop that believes every authority, and once with one that checks.',
  ],
  changes: {
    numbers: 'With numbers',
    large: 'Larger numbers',
    digest: 'Digests compared',
    signed: 'Signed',
    checked: 'TLS that checks',
    believed: 'TLS that believes anybody',
  },
  steps: {
    says: 'Prime and base are known. The laptop says {laptopSays}.',
    swaps: 'Mallory keeps it, and says {mallorySays} instead, to both.',
    answers: 'The shop says {shopSays}. The laptop never hears it.',
    two: 'Two keys: {near} between laptop and Mallory, {far} between Mallory and shop.',
    reads: 'The laptop hides {message} under its key. Mallory takes {near} off, and reads {read}.',
    digests:
      'Both say a digest of their key over the same wire: {laptopDigest} and {shopDigest}. Mallory swaps these too, and each hears what it expects.',
    signed:
      'The shop signs its number with a key that the laptop knows. For {shopSays} the signature fits: {ownFits}. For {mallorySays} it does not: {swappedFits}.',
    hello: 'The laptop wants to talk to the shop. Mallory has taken its place on the wire.',
    forged: 'At {forgedAt} ms Mallory shows a certificate for the shop’s name, from an authority of its own.',
    refused: 'At {refusedAt} ms the laptop refuses: {failure}. It has sent nothing that matters.',
    taken: 'Mallory shows a certificate of its own making, and the laptop believes it.',
    asked: 'The laptop sends its order, encrypted. Only Mallory can read it, and Mallory does: {heard}.',
    passed: 'Mallory passes it on to the shop. Both ends see a lock.',
  },
  labels: {
    public: 'prime, base',
    laptopSays: 'laptop says',
    mallorySays: 'Mallory says',
    shopSays: 'shop says',
    laptopHas: 'laptop has',
    malloryHas: 'Mallory has',
    malloryShop: 'and for the shop',
    shopHas: 'shop has',
    message: 'message',
    cipher: 'is sent',
    read: 'Mallory reads',
    laptopDigest: 'laptop’s digest',
    malloryDigest: 'Mallory says',
    shopDigest: 'shop’s digest',
    signature: 'signature',
    verified: 'does it fit?',
  },
  question: 'What would have kept Mallory out?',
  choices: {
    larger: 'Larger numbers.',
    digest: 'Telling each other a digest of the key, over the same wire.',
    signed: 'The shop’s number, signed with a key that the laptop knows to be the shop’s.',
  },
  answers: {
    larger:
      'With a prime as large as {prime} Mallory does the same, and has both keys again: {malloryNear} and {malloryFar}. It has nothing to try.',
    digest:
      'Mallory has both keys, {near} and {far}, and so both digests. It answers each side with the one that this side expects: the laptop never hears {shopDigest}.',
    signed:
      'The signature of the shop fits {shopSays} and does not fit {mallorySays}. Mallory cannot make one that does. Everything now hangs on how the laptop knows the shop’s key, and that is the next chapter.',
  },
}
