import { POLICY, QUOTA } from "../support/refusals";
import { describeRefused } from "./support/refused";

describeRefused(
  [
    { refusal: QUOTA, resource: /\(cluster2-(etcd-server|peers)\)/ },
    { refusal: POLICY, resource: /\(cluster2-config\)/ },
  ],
  [POLICY],
);
