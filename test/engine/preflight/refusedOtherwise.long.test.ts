import { POLICY, QUOTA } from "../../support/preflight/refusals";
import { describeRefused } from "../support/preflight/refused";

describeRefused(
  [
    { refusal: QUOTA, resource: /\(cluster2-(etcd-server|peers)\)/ },
    { refusal: POLICY, resource: /\(cluster2-settled\)/ },
  ],
  [POLICY],
);
