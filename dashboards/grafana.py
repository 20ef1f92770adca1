"""Turns rows of panels into a Grafana dashboard; the only home of the grafana-foundation-sdk."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from grafana_foundation_sdk.builders import common as common_builders
from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.builders import heatmap, prometheus, stat, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import common, dashboard
from grafana_foundation_sdk.models import heatmap as heatmap_models
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from dashboards.panels import Look, Panel, Row

UID = "apkfarm"
"""Part of the dashboard's address in Grafana."""

DATASOURCE = dashboard.DataSourceRef(type_val="prometheus", uid="${datasource}")
"""Whatever Prometheus is chosen at the top of the dashboard."""

COLUMNS = 24
"""Width of Grafana's grid."""

_AnyPanel = timeseries.Panel | stat.Panel | heatmap.Panel


def render(rows: Sequence[Row]) -> str:
    """Return the dashboard as the JSON that Grafana imports, the same bytes for the same rows."""
    board = (
        builders.Dashboard("apkfarm")
        .uid(UID)
        .description("Inspection of Android apps: target and pace, throughput, health, failures, findings.")
        .tags(["apkfarm"])
        .timezone("browser")
        .time("now-24h", "now")
        .refresh("30s")
        .tooltip(dashboard.DashboardCursorSync.CROSSHAIR)
        .editable()
        .with_variable(builders.DatasourceVariable("datasource").label("Prometheus").type("prometheus"))
        .with_variable(_choice("target", "Target", "label_values(farm_target_apps, target)"))
        .with_variable(_choice("suite", "Suite", "label_values(farm_apk_inspections_total, suite)"))
        .annotation(
            builders.AnnotationQuery()
            .name("Alerts")
            .datasource(DATASOURCE)
            .enable(enable=True)
            .icon_color("red")
            .expr('ALERTS{alertname=~"Farm.*",alertstate="firing"}')
        )
    )
    panel_id = 1
    top = 0
    for row in rows:
        board = board.with_row(builders.Row(row.title).id(panel_id).grid_pos(_grid(0, top, COLUMNS, 1)))
        panel_id += 1
        top += 1
        left = height = 0
        for panel in row.panels:
            if left + panel.width > COLUMNS:
                left, top, height = 0, top + height, 0
            place = _grid(left, top, panel.width, panel.height)
            board = board.with_panel(_panel(panel).id(panel_id).grid_pos(place))
            panel_id += 1
            left += panel.width
            height = max(height, panel.height)
        top += height
    return json.dumps(board.build(), cls=JSONEncoder, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _choice(name: str, label: str, query: str) -> builders.QueryVariable:
    """Return a variable whose values come from a metric's label; all of them by default."""
    return (
        builders.QueryVariable(name)
        .label(label)
        .query(query)
        .datasource(DATASOURCE)
        .refresh(dashboard.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(dashboard.VariableSort.ALPHABETICAL_DESC)
        .multi(multi=True)
        .include_all(include_all=True)
        .all_value(".*")
        .current(dashboard.VariableOption(selected=True, text="All", value="$__all"))
    )


def _grid(x: int, y: int, width: int, height: int) -> dashboard.GridPos:
    """Return a place on the grid."""
    return dashboard.GridPos(x=x, y=y, w=width, h=height)


def _panel(panel: Panel) -> _AnyPanel:
    """Return the builder of one panel."""
    made = _LOOKS[panel.look](panel)
    made = made.title(panel.title).description(panel.description).datasource(DATASOURCE).unit(panel.unit)
    if panel.minimum is not None:
        made = made.min(panel.minimum)
    if panel.maximum is not None:
        made = made.max(panel.maximum)
    made = made.thresholds(
        builders.ThresholdsConfig()
        .mode(dashboard.ThresholdsMode.ABSOLUTE)
        .steps([dashboard.Threshold(value=value, color=colour) for value, colour in panel.steps])
    )
    if panel.words:
        made = made.mappings([_mapping(panel)])
    for letter, query in zip("ABCDEFGH", panel.queries, strict=False):
        target = prometheus.Dataquery().expr(query.expr).legend_format(query.legend).ref_id(letter)
        target = target.datasource(DATASOURCE)
        target = target.instant() if panel.look is Look.NUMBER else target.range()
        if panel.look is Look.HEAT:
            target = target.format(PromQueryFormat.HEATMAP)
        made = made.with_target(target)
    return made


def _lines(panel: Panel) -> timeseries.Panel:
    """Return lines, or stacked areas, with a line at the threshold where there is one."""
    made = (
        timeseries.Panel()
        .line_width(1)
        .fill_opacity(60 if panel.look is Look.STACK else 5)
        .show_points(common.VisibilityMode.NEVER)
        .legend(
            common_builders.VizLegendOptions()
            .display_mode(common.LegendDisplayMode.LIST)
            .placement(common.LegendPlacement.BOTTOM)
            .show_legend(show_legend=True)
        )
        .tooltip(
            common_builders.VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI).sort(common.SortOrder.DESCENDING)
        )
    )
    if panel.look is Look.STACK:
        made = made.stacking(common_builders.StackingConfig().mode(common.StackingMode.NORMAL))
    if len(panel.steps) > 1:
        made = made.thresholds_style(
            common_builders.GraphThresholdsStyleConfig().mode(common.GraphTresholdsStyleMode.DASHED)
        )
    return made


def _number(panel: Panel) -> stat.Panel:
    """Return the last value in large type."""
    text = common.BigValueTextMode.NAME if panel.show_series_name else common.BigValueTextMode.AUTO
    return (
        stat.Panel()
        .graph_mode(common.BigValueGraphMode.NONE)
        .color_mode(common.BigValueColorMode.VALUE)
        .text_mode(text)
        .reduce_options(common_builders.ReduceDataOptions().calcs(["lastNotNull"]))
    )


def _heat(panel: Panel) -> heatmap.Panel:
    """Return a histogram over time, one row a bucket."""
    return (
        heatmap.Panel()
        .calculate(calculate=False)
        .color(
            heatmap.HeatmapColorOptions()
            .mode(heatmap_models.HeatmapColorMode.SCHEME)
            .scheme("Oranges")
            .steps(64)
            .exponent(0.5)
        )
        .y_axis(heatmap.YAxisConfig().unit(panel.unit))
        .filter_values(heatmap.FilterValueRange().le(1e-9))
    )


def _mapping(panel: Panel) -> dashboard.ValueMap:
    """Return the words that stand for values."""
    return dashboard.ValueMap(
        options={
            value: dashboard.ValueMappingResult(text=word, color=colour, index=index)
            for index, (value, word, colour) in enumerate(panel.words)
        }
    )


_LOOKS: dict[Look, Callable[[Panel], _AnyPanel]] = {
    Look.LINES: _lines,
    Look.STACK: _lines,
    Look.NUMBER: _number,
    Look.HEAT: _heat,
}
