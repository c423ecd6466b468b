/** Failures of capture files, in words. */
import type { captureFailures } from '../../failures/capture.ts'
import type { WordsOf } from '../words.ts'

export const captureWords: WordsOf<typeof captureFailures> = {
  'capture/not-a-capture': {
    title: 'This is no capture file.',
    says: f =>
      f.got === undefined
        ? 'It has too few bytes to be one.'
        : `It begins with ${f.got}, as neither pcapng nor pcap does.`,
    because: ['It is compressed.', 'It is the text that a tool printed, not the file that it wrote.'],
  },
  'capture/cut-short': {
    title: 'The capture ends in the middle.',
    says: f =>
      `At byte ${f.number ?? '?'} something of ${f.expected ?? 'more'} bytes begins, and the file has ${f.got ?? 'fewer'} of them. What stands before it is read.`,
    because: ['It was still being written.', 'The disk was full, or a transfer was broken off.'],
  },
  'capture/malformed': {
    title: 'The capture is damaged.',
    says: f =>
      `At byte ${f.number ?? '?'} the ${f.where ?? 'block'} cannot be (${f.got ?? 'a value without sense'}). What stands before it is read.`,
    because: ['The file was changed, or damaged in transfer.', 'The tool that wrote it has a defect.'],
  },
  'capture/link-type-unknown': {
    title: 'The frames are of a kind that is not known here.',
    says: f => `Frames of link type ${f.number ?? '?'} are counted, not taken apart: ${f.got ?? 'all'} of them.`,
    because: ['The interface is neither Ethernet, raw IP, Linux cooked nor BSD loopback.'],
  },
  'capture/too-much': {
    title: 'The capture holds more than is kept.',
    says: f => `Of the ${f.where ?? 'things'} in it, the first ${f.number ?? '?'} are kept.`,
    because: ['It is of a flood, or of a scan of a whole network.', 'It was made to use up memory.'],
  },
  'capture/not-supported': {
    title: 'What passes an interface cannot be captured here.',
    says: f =>
      f.got === 'koffi'
        ? 'The calls of the system are made by the package koffi, which is not installed or does not run here: npm install koffi.'
        : `Packet sockets are those of Linux; this is ${f.got ?? 'another system'}. A file of another tool (tcpdump, Wireshark) is read by barewire inspect.`,
    because: f =>
      f.got === 'koffi'
        ? ['It was installed without optional packages (--omit=optional).', 'koffi has no binary for this processor.']
        : [],
  },
  'capture/not-allowed': {
    title: 'The system does not let you see what passes.',
    says: () => 'It takes the right CAP_NET_RAW, which root has: put sudo in front of the command.',
    because: f => [
      'You are not root.',
      'A container has taken the right away: docker run --cap-add NET_RAW gives it.',
      ...(f.got === undefined ? [] : [`The system said error ${f.got}.`]),
    ],
  },
  'capture/no-interface': {
    title: 'There is no such interface.',
    says: f => `This machine has no ${f.where ?? 'interface of that name'}. It has: ${f.expected ?? 'see ip link'}.`,
    because: ['It is in another network namespace, such as that of a container.'],
  },
}
