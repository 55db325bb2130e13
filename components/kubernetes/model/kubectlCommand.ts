/** A word of a shell; what could be more than a word is quoted. */
export const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/**
 * How a person calls kubectl for one cluster of many: by itself it would take the current context of a shell.
 *
 * @param context Absent where a kubeconfig's content is given; where that is on a person's machine is not known.
 */
export const kubectlCommand = (context: string | undefined): string =>
  `kubectl ${context === undefined ? "--kubeconfig <its kubeconfig>" : `--context ${shellWord(context)}`}`;
