// What a dashboard of ours may hold: Grafana's own types, put together for the panels that we use.
// Grafana leaves a panel's options and custom fields open; here each kind has its own.

import type {
  Dashboard as AnyDashboard,
  AnnotationQuery,
  DataQuery,
  DataSourceRef,
  FieldConfig,
  FieldConfigSource,
  Panel as AnyPanel,
  RowPanel,
  VariableModel,
} from '@grafana/schema';
import type * as barchart from '@grafana/schema/dist/esm/raw/composable/barchart/panelcfg/x/BarChartPanelCfg_types.gen';
import type * as bargauge from '@grafana/schema/dist/esm/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen';
import type * as heatmap from '@grafana/schema/dist/esm/raw/composable/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen';
import type * as stat from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type * as states from '@grafana/schema/dist/esm/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen';
import type * as table from '@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen';
import type * as timeseries from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';
import type * as xychart from '@grafana/schema/dist/esm/raw/composable/xychart/panelcfg/x/XYChartPanelCfg_types.gen';

type Strict<Id extends string, Options, Custom, Query> = Omit<
  AnyPanel,
  'type' | 'options' | 'fieldConfig' | 'targets'
> & {
  type: Id;
  options: Options;
  fieldConfig: Omit<FieldConfigSource, 'defaults'> & {
    defaults: Omit<FieldConfig, 'custom'> & { custom?: Custom };
  };
  targets: Query[];
};

// Of the Prometheus data source, as @grafana/schema 10.4 has it; later ones moved it elsewhere.
interface PrometheusQuery extends DataQuery {
  editorMode?: 'builder' | 'code';
  exemplar?: boolean;
  expr: string;
  format?: 'time_series' | 'table' | 'heatmap';
  instant?: boolean;
  legendFormat?: string;
  range?: boolean;
}

// Of the Infinity data source 3.x, what a table of JSON needs.
interface InfinityQuery extends DataQuery {
  type: 'json';
  source: 'url';
  parser: 'backend';
  format: 'table';
  url: string;
  url_options: { method: 'GET'; data: string; headers: never[]; params: never[] };
  root_selector: string;
  columns: { selector: string; text: string; type: 'string' | 'number' | 'timestamp' | 'boolean' }[];
  filters: never[];
}

type Panel =
  | Strict<'barchart', barchart.Options, barchart.FieldConfig, PrometheusQuery>
  | Strict<'bargauge', bargauge.Options, Record<string, never>, PrometheusQuery>
  | Strict<'heatmap', heatmap.Options, heatmap.FieldConfig, PrometheusQuery>
  | Strict<'stat', stat.Options, Record<string, never>, PrometheusQuery>
  | Strict<'state-timeline', states.Options, states.FieldConfig, PrometheusQuery>
  | Strict<'table', table.Options, table.FieldConfig, PrometheusQuery | InfinityQuery>
  | Strict<'timeseries', timeseries.Options, timeseries.FieldConfig, PrometheusQuery>
  | Strict<'xychart', xychart.Options, xychart.FieldConfig, InfinityQuery>;

// The Prometheus data source reads its part of an annotation beside what all have.
type Annotation = Omit<AnnotationQuery, 'target' | 'snapshotData'> & {
  expr?: string;
  step?: string;
  tagKeys?: string;
  textFormat?: string;
  titleFormat?: string;
  useValueForTime?: boolean;
};

// `definition` is the query as the list of variables shows it.
type Variable = Omit<VariableModel, 'query'> & {
  definition?: string;
  query?: string | { qryType: number; query: string; refId: string };
};

export type Dashboard = Omit<AnyDashboard, 'panels' | 'annotations' | 'templating'> & {
  uid: string;
  panels: (Panel | (Omit<RowPanel, 'panels'> & { panels: Panel[] }))[];
  annotations: { list: Annotation[] };
  templating: { list: Variable[] };
};
