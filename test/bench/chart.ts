import { Workspace } from '../../engine/lint/workspace.ts';
import { releaseNamespace } from '../../engine/identity/objects.ts';
import type { SourceFile } from '../../engine/lint/files.ts';
import { rules } from '../../rules/index.ts';

const components = 60;

const helpers = `{{- define "labels" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}
`;

/** A component as charts write them: an account, a Deployment of many values and a Service. */
const template = (i: number, comment = '') => `{{- with .Values.component${i} }}
${comment}apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ $.Release.Name }}-c${i}
  labels: {{- include "labels" (dict "name" "c${i}" "root" $) | nindent 4 }}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $.Release.Name }}-c${i}
  labels: {{- include "labels" (dict "name" "c${i}" "root" $) | nindent 4 }}
spec:
  replicas: {{ .replicas }}
  selector:
    matchLabels: { app: c${i} }
  template:
    metadata:
      labels: { app: c${i} }
    spec:
      serviceAccountName: {{ $.Release.Name }}-c${i}
      automountServiceAccountToken: {{ .token }}
      containers:
        - name: main
          image: "{{ .image.repository }}:{{ .image.tag | default $.Chart.AppVersion }}"
          resources: {{- toYaml .resources | nindent 12 }}
          env:
            {{- range $name, $value := .env }}
            - { name: {{ $name }}, value: {{ $value | quote }} }
            {{- end }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ $.Release.Name }}-c${i}
spec:
  selector: { app: c${i} }
  ports:
    - port: {{ .port }}
{{- end }}
`;

const values = (replicas: number) => Array.from({ length: components }, (_, i) => `component${i}:
  replicas: ${i === 0 ? replicas : 1}
  token: true
  port: 8080
  image: { repository: registry.example/c${i}, tag: "" }
  resources:
    limits: { memory: 128Mi }
    requests: { cpu: 10m, memory: 64Mi }
  env:
    MODE: production
    PEER: http://c${(i + 1) % components}:8080
`).join('');

/** Milliseconds: of reading a large chart whole, and of each edit of one of its files until its findings are there. */
export interface ChartTimes {
  readonly templates: number;
  readonly load: number;
  readonly template: readonly number[];
  readonly helper: readonly number[];
  readonly values: readonly number[];
}

/** Loads a chart of many templates and edits a template, its helpers and its values. */
export function timeChart(milliseconds: (task: () => void) => number): ChartTimes {
  const workspace = new Workspace(rules);
  const put = (path: string, text: string, dialect: SourceFile['dialect'], role: SourceFile['role'] = 'manifest') => workspace.set({ path: `chart/${path}`, text, dialect, role, scope: 'helm:chart', namespace: releaseNamespace, chart: 'chart' });
  const edits = (edit: (i: number) => void) => Array.from({ length: 20 }, (_, i) => milliseconds(() => { edit(i); workspace.findings(); }));
  const load = milliseconds(() => {
    put('Chart.yaml', 'apiVersion: v2\nname: chart\nversion: 1.0.0\nappVersion: "1.0"\n', 'values', 'part');
    put('values.yaml', values(1), 'values');
    put('templates/_helpers.tpl', helpers, 'template', 'part');
    for (let i = 0; i < components; i++) put(`templates/c${i}.yaml`, template(i), 'template');
    workspace.findings();
  });
  return {
    templates: components,
    load,
    template: edits((i) => put('templates/c0.yaml', template(0, `# ${i}\n`), 'template')),
    helper: edits((i) => put('templates/_helpers.tpl', `${helpers}{{/* ${i} */}}\n`, 'template', 'part')),
    values: edits((i) => put('values.yaml', values(i + 2), 'values')),
  };
}
