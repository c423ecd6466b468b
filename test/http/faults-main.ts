/** `npx tsx test/http/faults-main.ts 1000000 7`: as many requests as is said, from a seed, and what was left behind. */
import { faults } from './faults.ts'

const [requests = '200000', seed = '1'] = process.argv.slice(2)
const report = await faults({ requests: Number(requests), seed: Number(seed), lanes: 48 })
const { wrong, heap, handles, seconds, answers } = report
console.log(`${report.requests} requests, ${answers} whole answers, ${seconds.toFixed(0)} s, seed ${seed}`)
console.log(`heap before ${(heap[0] / 1e6).toFixed(1)} MB, after ${(heap[1] / 1e6).toFixed(1)} MB`)
console.log(`handles before ${handles[0]}, after ${handles[1]}`)
console.log(wrong.length === 0 ? 'nothing wrong' : `${wrong.length} wrong:\n${wrong.slice(0, 20).join('\n')}`)
process.exit(wrong.length === 0 && handles[1] <= handles[0] ? 0 : 9)
