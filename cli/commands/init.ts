import { configurationName } from '../../sources/workspace-root.ts';
import { UsageError, type Arguments } from '../args.ts';
import { exitCode, type Io } from '../io.ts';
import { resolveFrom } from '../paths.ts';

/** A kubewho.yaml that changes nothing yet and shows what can be said in it: a block that loses its comment signs is in force. */
export const starter = `# yaml-language-server: $schema=https://raw.githubusercontent.com/kubewho/kubewho/main/schemas/kubewho.schema.json

# A rule or a family of rules: off, error, warning or info. "kubewho rules" lists them.
# rules:
#   automounted-token: error
#   trust: off

# Files that are applied together. complete: true says that all Namespaces, workloads, accounts and bindings of their
# namespaces are in these files; only then is it known what a workload does not need.
# scopes:
#   - name: production
#     paths: [clusters/production/**]
#     complete: true

# Further ways in which charts are installed, beside their own values.yaml; paths count from the chart's folder.
# profiles:
#   - name: production
#     values: [values-production.yaml]

# What a workload holds or does, where its images and names do not say it: "kubewho inventory" lists the classes.
# risk:
#   - class: payment
#     workloads: [shop/checkout, billing/*]

# Where namespaces stand on the way from trusted addresses to identity: observe (info), warn, enforce (errors).
# phases:
#   - phase: observe
#   - phase: enforce
#     namespaces: [payments]

# Trust in an address that is accepted, with its reason and its end; from then on the exception is a finding itself.
# exceptions:
#   - rule: network-only-trust
#     target: payments/settlement
#     reason: the mainframe has no identity
#     until: 2099-12-31

# Objects of a cluster that are not among the files: kubectl get … -o yaml. They are never reported on.
# context:
#   - dumps/*.yaml

# Whether a suppression without a reason is a finding, and the Kubernetes version to judge by.
# requireReasons: true
# kubernetesVersion: "1.34"
`;

/** `kubewho init`: writes a kubewho.yaml into the current folder, which becomes a workspace by it. */
export async function init(args: Arguments, io: Io): Promise<number> {
  if (args.operands.length > 0) throw new UsageError(`init takes no operand: ${args.operands[0]}`);
  const file = resolveFrom(io.cwd, configurationName);
  if (await io.host.stat(file)) throw new UsageError(`${configurationName} is there already`);
  await io.host.writeFile!(file, new TextEncoder().encode(starter));
  io.out.write(`${configurationName} written: this folder is a workspace now\n`);
  return exitCode.ok;
}
