import { CONFIG_WEBHOOK, WEBHOOK } from "../../support/preflight/refusals";
import { describeRefused } from "../support/preflight/refused";

describeRefused([{ refusal: WEBHOOK, resource: /\(cluster2-(config|etcd-server)\)/ }], [CONFIG_WEBHOOK]);
