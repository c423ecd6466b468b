/** `barewire completion SHELL`: commands, options and their values, as each shell wants them, from the commands. */

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
    `  if ((COMP_CWORD == 1)); then COMPREPLY=($(compgen -W '${[...firsts, 'help'].join(' ')} --help --version' -- "$word")); return; fi`,
    ...groups.flatMap(group => [
      `  if [[ $command == ${group} ]]; then`,
      `    if ((COMP_CWORD == 2)); then COMPREPLY=($(compgen -W '${subcommands(commands, group).join(' ')}' -- "$word")); return; fi`,
      '    command="$command $' + '{COMP_WORDS[2]}"',
      '  fi',
    ]),
    '  case $command in',
    `    help) COMPREPLY=($(compgen -W '${firsts.join(' ')}' -- "$word")) ;;`,
    ...commands.flatMap(branch),
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

const fish = (commands: readonly AnyCommand[]): string => {
  const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  const firsts = [...new Set(commands.map(({ name }) => name.split(' ')[0]!))]
  const lines = ['complete -c barewire -f']
  for (const first of firsts) {
    const summary = commands.find(({ name }) => name === first)?.summary ?? ''
    lines.push(`complete -c barewire -n __fish_use_subcommand -a ${first} -d ${quoted(summary)}`)
  }
  for (const command of commands) {
    const [first, second] = command.name.split(' ')
    const seen = `${quoted(`__fish_seen_subcommand_from ${first}`)}`
    if (second !== undefined) lines.push(`complete -c barewire -n ${seen} -a ${second} -d ${quoted(command.summary)}`)
    const { argument } = command
    if (argument?.offers === 'folders') lines.push(`complete -c barewire -n ${seen} -a '(__fish_complete_directories)'`)
    else if (Array.isArray(argument?.offers))
      lines.push(`complete -c barewire -n ${seen} -a ${quoted(argument.offers.join(' '))}`)
    for (const option of optionsOf(command)) {
      const names = flagsOf(option).map(flag => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`))
      const { offers } = option
      const values = !takesValue(option)
        ? ''
        : offers === 'files' || offers === 'folders'
          ? ' -r -F'
          : offers === undefined
            ? ' -x'
            : ` -x -a ${quoted(offers.join(' '))}`
      lines.push(`complete -c barewire -n ${seen} ${names.join(' ')}${values} -d ${quoted(option.what)}`)
    }
  }
  return `${lines.join('\n')}\n`
}

const SCRIPTS: Readonly<Record<Shell, (commands: readonly AnyCommand[]) => string>> = { bash, zsh, fish }
