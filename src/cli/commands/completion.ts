/** `barewire completion SHELL`. */
import { type CommonOptions, command } from '../command.ts'
import { parseShell, SHELLS, type Shell } from '../options.ts'

export const completionCommand = command<Shell, CommonOptions>({
  name: 'completion',
  summary: 'print what makes a shell complete commands and options',
  argument: { name: '<shell>', what: SHELLS.join(', '), parse: parseShell, offers: SHELLS },
  options: [],
  examples: [
    ['source <(barewire completion bash)', 'in ~/.bashrc'],
    ['source <(barewire completion zsh)', 'in ~/.zshrc'],
    ['barewire completion fish | source', 'in ~/.config/fish/config.fish'],
  ],
  run: async (shell, _, io, all) => (await import('../actions/completion.ts')).completion(shell, io, all),
})
