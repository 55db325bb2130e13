/** Whether and how long a step waits. */
export interface WaitSettings {
  readonly enabled: boolean;
  readonly timeoutSeconds: number;
}
