/** `barewire completion SHELL`: commands, options and their values, as each shell wants them, from the commands. */

import { TOPICS } from '../../explain/topic-types.ts'
import { ours } from '../../inspect/index.ts'
import { type AnyCommand, COMMON, type OptionSpec } from '../command.ts'
import type { Io } from '../io.ts'
import type { Shell } from '../options.ts'

export const completion = async (shell: Shell, io: Io, all: readonly AnyCommand[]): Promise<number> => {
  await io.out.write(ours(SCRIPTS[shell](all)))
  return 0
}

/** `-X` and `--request` of `-X, --request <method>`. */
const flagsOf = ({ flags }: OptionSpec): string[] => flags.match(/(?<=^|, )--?[\w-]+/g) ?? []
const optionsOf = (command: AnyCommand): readonly OptionSpec[] => [
  ...COMMON,
  ...command.options,
  { flags: '-h, --help', what: 'print this help' },
]
const takesValue = ({ flags }: OptionSpec): boolean => flags.includes('<')

const bash = (commands: readonly AnyCommand[]): string => {
  const values = (offers: OptionSpec['offers']): string =>
    offers === 'files'
      ? 'COMPREPLY=($(compgen -f -- "$word"))'
      : offers === 'folders'
        ? 'COMPREPLY=($(compgen -d -- "$word"))'
        : offers === undefined
          ? 'COMPREPLY=()'
          : `COMPREPLY=($(compgen -W '${offers.join(' ')}' -- "$word"))`
  const branch = (command: AnyCommand): string[] => [
    `    '${command.name}')`,
    '      case $before in',
    ...optionsOf(command)
      .filter(takesValue)
      .map(option => `        ${flagsOf(option).join('|')}) ${values(option.offers)}; return ;;`),
    '      esac',
    `      if [[ $word == -* ]]; then COMPREPLY=($(compgen -W '${optionsOf(command).flatMap(flagsOf).join(' ')}' -- "$word"))`,
    `      else ${values(command.argument?.offers)}; fi ;;`,
  ]
  const firsts = [...new Set(commands.map(({ name }) => name.split(' ')[0]!))]
  const groups = firsts.filter(first => commands.some(({ name }) => name.startsWith(`${first} `)))
  return `${[
    '_barewire() {',
    '  local word=$' + '{COMP_WORDS[COMP_CWORD]} before=$' + '{COMP_WORDS[COMP_CWORD-1]} command=$' + '{COMP_WORDS[1]}',
    `  if ((COMP_CWORD == 1)); then COMPREPLY=($(compgen -W '${firsts.join(' ')} --help --version' -- "$word")); return; fi`,
    ...groups.flatMap(group => [
      `  if [[ $command == ${group} ]]; then`,
      `    if ((COMP_CWORD == 2)); then COMPREPLY=($(compgen -W '${subcommands(commands, group).join(' ')}' -- "$word")); return; fi`,
      '    command="$command $' + '{COMP_WORDS[2]}"',
      '  fi',
    ]),
    '  case $command in',
    `    help) COMPREPLY=($(compgen -W '${[...firsts, ...TOPICS].join(' ')}' -- "$word")) ;;`,
    ...commands.filter(({ name }) => name !== 'help').flatMap(branch),
    '  esac',
    '}',
    'complete -o filenames -F _barewire barewire',
  ].join('\n')}\n`
}

const subcommands = (commands: readonly AnyCommand[], group: string): string[] =>
  commands.filter(({ name }) => name.startsWith(`${group} `)).map(({ name }) => name.split(' ')[1]!)

/** zsh reads bash's. */
const zsh = (commands: readonly AnyCommand[]): string =>
  `autoload -U +X bashcompinit && bashcompinit\n${bash(commands)}`

/** Whether the words of a command stand behind `barewire`, alone where `only` comes first. */
const FISH_AT = `function __barewire_at
  set -l words (commandline -opc)
  set -e words[1]
  if test "$argv[1]" = only
    set -e argv[1]
    test (count $words) -eq (count $argv); or return 1
  end
  test (count $words) -ge (count $argv); or return 1
  set -q argv[1]; or return 0
  set -l begin $words[1..(count $argv)]
  test "$begin" = "$argv"
end`

const fish = (commands: readonly AnyCommand[]): string => {
  const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  const offer = (where: string, what: string): string => `complete -c barewire -n '__barewire_at ${where}' ${what}`
  const valuesOf = (offers: OptionSpec['offers']): string =>
    offers === 'files'
      ? '-F'
      : offers === 'folders'
        ? "-a '(__fish_complete_directories)'"
        : offers === undefined
          ? ''
          : `-a ${quoted(offers.join(' '))}`
  const firsts = [...new Set(commands.map(({ name }) => name.split(' ')[0]!))]
  const lines = [FISH_AT, 'complete -c barewire -f']
  for (const first of firsts) {
    const summary = commands.find(({ name }) => name === first)?.summary ?? ''
    lines.push(offer('only', `-a ${first} -d ${quoted(summary)}`))
  }
  lines.push(offer('help', `-a ${quoted([...firsts, ...TOPICS].join(' '))}`))
  for (const command of commands) {
    const { name, summary, argument } = command
    const [first, second] = name.split(' ')
    if (second !== undefined) lines.push(offer(`only ${first}`, `-a ${second} -d ${quoted(summary)}`))
    if (argument?.offers !== undefined) lines.push(offer(name, valuesOf(argument.offers)))
    for (const option of optionsOf(command)) {
      const names = flagsOf(option).map(flag => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`))
      const values = takesValue(option) ? [option.offers === 'files' ? '-r' : '-x', valuesOf(option.offers)] : []
      lines.push(offer(name, [...names, ...values, '-d', quoted(option.what)].filter(Boolean).join(' ')))
    }
  }
  return `${lines.join('\n')}\n`
}

const SCRIPTS: Readonly<Record<Shell, (commands: readonly AnyCommand[]) => string>> = { bash, zsh, fish }
