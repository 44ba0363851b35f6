/** A control, risk or technique that rules refer to. */
export interface FrameworkEntry {
  /** As its publisher words it. */
  readonly title: string;
  readonly url: string;
}

/** A publication, and how its entries are looked up. */
interface Framework {
  /** With its version. */
  readonly name: string;
  readonly url: (id: string) => string;
  readonly titles: Readonly<Record<string, string>>;
}

/**
 * Every id that a rule may refer to, with its title as the publication words it, shortened where a title is a whole
 * paragraph. Read at the publisher where that is open: owasp.org (Non-Human Identities), attack.mitre.org (19.1, which has
 * no T1562 any more), NIST's machine-readable catalog (usnistgov/oscal-content, CSF v2.0). Read in public copies, compared
 * with one another: the Kubernetes Benchmarks 1.9 to 1.12, in all of which these numbers mean the same (kube-bench,
 * cfg/cis-1.9 to cfg/cis-1.12); PCI DSS; the tenets of SP 800-207, section 2.1, which have no ids of their own and are
 * counted here as there; the Top 10 for Agentic Applications, which is a document, whose appendix C says which of its
 * risks those of Non-Human Identities belong to.
 */
const frameworks: Readonly<Record<string, Framework>> = {
  'owasp-nhi': {
    name: 'OWASP Non-Human Identities Top 10 2025',
    url: () => 'https://owasp.org/www-project-non-human-identities-top-10/2025/top-10-2025',
    titles: {
      'NHI1:2025': 'Improper Offboarding',
      'NHI2:2025': 'Secret Leakage',
      'NHI3:2025': 'Vulnerable Third-Party NHI',
      'NHI4:2025': 'Insecure Authentication',
      'NHI5:2025': 'Overprivileged NHI',
      'NHI6:2025': 'Insecure Cloud Deployment Configurations',
      'NHI7:2025': 'Long-Lived Secrets',
      'NHI8:2025': 'Environment Isolation',
      'NHI9:2025': 'NHI Reuse',
      'NHI10:2025': 'Human Use of NHI',
    },
  },
  'owasp-agentic-2026': {
    name: 'OWASP Top 10 for Agentic Applications 2026',
    url: () => 'https://genai.owasp.org/resource/owasp-top-10-for-agentic-applications-for-2026/',
    titles: {
      ASI03: 'Identity and Privilege Abuse',
      ASI07: 'Insecure Inter-Agent Communication',
    },
  },
  'cis-kubernetes': {
    name: 'CIS Kubernetes Benchmark 1.12',
    url: () => 'https://www.cisecurity.org/benchmark/kubernetes',
    titles: {
      '5.1.1': 'Ensure that the cluster-admin role is only used where required',
      '5.1.2': 'Minimize access to secrets',
      '5.1.3': 'Minimize wildcard use in Roles and ClusterRoles',
      '5.1.4': 'Minimize access to create pods',
      '5.1.5': 'Ensure that default service accounts are not actively used',
      '5.1.6': 'Ensure that Service Account Tokens are only mounted where necessary',
      '5.1.7': 'Avoid use of system:masters group',
      '5.1.8': 'Limit use of the Bind, Impersonate and Escalate permissions in the Kubernetes cluster',
      '5.1.9': 'Minimize access to create persistent volumes',
      '5.1.10': 'Minimize access to the proxy sub-resource of nodes',
      '5.1.11': 'Minimize access to the approval sub-resource of certificatesigningrequests objects',
      '5.1.12': 'Minimize access to webhook configuration objects',
      '5.1.13': 'Minimize access to the service account token creation',
      '5.2.5': 'Minimize the admission of containers wishing to share the host network namespace',
      '5.3.2': 'Ensure that all Namespaces have NetworkPolicies defined',
    },
  },
  'nist-csf-2.0': {
    name: 'NIST Cybersecurity Framework 2.0',
    url: () => 'https://csrc.nist.gov/pubs/cswp/29/the-nist-cybersecurity-framework-csf-20/final',
    titles: {
      'PR.AA-01': 'Identities and credentials for authorized users, services, and hardware are managed by the organization',
      'PR.AA-03': 'Users, services, and hardware are authenticated',
      'PR.AA-04': 'Identity assertions are protected, conveyed, and verified',
      'PR.AA-05': 'Access permissions, entitlements, and authorizations are defined in a policy, managed, enforced, and reviewed, and incorporate the principles of least privilege and separation of duties',
      'PR.IR-01': 'Networks and environments are protected from unauthorized logical access and usage',
      'PR.PS-04': 'Log records are generated and made available for continuous monitoring',
    },
  },
  'nist-sp-800-207': {
    name: 'NIST SP 800-207',
    url: () => 'https://csrc.nist.gov/pubs/sp/800/207/final',
    titles: {
      '2.1-2': 'All communication is secured regardless of network location',
      // It goes on that access to one resource gives none to another.
      '2.1-3': 'Access to individual enterprise resources is granted on a per-session basis … with the least privileges needed to complete the task',
      '2.1-4': 'Access to resources is determined by dynamic policy—including the observable state of client identity, application/service, and the requesting asset',
      '2.1-6': 'All resource authentication and authorization are dynamic and strictly enforced before access is allowed',
    },
  },
  'pci-dss-4.0.1': {
    name: 'PCI DSS 4.0.1',
    url: () => 'https://www.pcisecuritystandards.org/document_library/',
    titles: {
      '7.2.5': 'All application and system accounts and related access privileges are assigned and managed',
      '8.6.1': 'If accounts used by systems or applications can be used for interactive login, they are managed',
    },
  },
  'mitre-attack': {
    name: 'MITRE ATT&CK 19.1',
    url: (id) => `https://attack.mitre.org/techniques/${id.replace('.', '/')}/`,
    titles: {
      T1046: 'Network Service Discovery',
      T1070: 'Indicator Removal',
      T1072: 'Software Deployment Tools',
      T1078: 'Valid Accounts',
      'T1078.001': 'Default Accounts',
      'T1078.004': 'Cloud Accounts',
      T1090: 'Proxy',
      'T1098.006': 'Additional Container Cluster Roles',
      T1190: 'Exploit Public-Facing Application',
      T1210: 'Exploitation of Remote Services',
      T1485: 'Data Destruction',
      T1528: 'Steal Application Access Token',
      'T1550.001': 'Application Access Token',
      'T1552.005': 'Cloud Instance Metadata API',
      'T1552.007': 'Container API',
      T1556: 'Modify Authentication Process',
      T1557: 'Adversary-in-the-Middle',
      T1609: 'Container Administration Command',
      T1610: 'Deploy Container',
      T1611: 'Escape to Host',
      T1649: 'Steal or Forge Authentication Certificates',
      T1685: 'Disable or Modify Tools',
    },
  },
};

/** What an id such as `cis-kubernetes:5.1.6` stands for; undefined for one that is not listed. */
export function frameworkEntry(id: string): (FrameworkEntry & { readonly framework: string }) | undefined {
  const [key, number] = split(id);
  const framework = frameworks[key];
  const title = framework?.titles[number];
  return framework && title !== undefined ? { framework: framework.name, title, url: framework.url(number) } : undefined;
}

/** Ids with their titles, for readers. */
export function describeFramework(id: string): string {
  const entry = frameworkEntry(id);
  return entry ? `${entry.framework} ${split(id)[1]}: ${entry.title}` : id;
}

/** Every id that is listed. */
export function frameworkIds(): string[] {
  return Object.entries(frameworks).flatMap(([key, { titles }]) => Object.keys(titles).map((number) => `${key}:${number}`));
}

/** The framework, and the number in it, which may have a colon of its own. */
function split(id: string): [string, string] {
  const at = id.indexOf(':');
  return [id.slice(0, at), id.slice(at + 1)];
}
