import { z } from "zod";
import { SessionWatch } from "./seen";

/** One process for looking: its own time is not that of what it looks at. It ends with the channel to its parent. */

const LOOK_MS = 500;
const order = z.union([z.object({ watch: z.number() }), z.object({ stop: z.literal(true) })]);

let watched: { readonly watch: SessionWatch; readonly timer: NodeJS.Timeout } | undefined;

process.on("message", (message) => {
  const given = order.parse(message);
  if ("watch" in given) {
    const watch = new SessionWatch(given.watch);
    watch.look();
    const timer = setInterval(() => {
      watch.look();
    }, LOOK_MS);
    watched = { watch, timer };
    return;
  }
  clearInterval(watched?.timer);
  process.send?.(watched?.watch.result());
});
process.on("disconnect", () => process.exit(0));
process.send?.("ready");
