-- en: Every reading of a catalogue indicator for a single year, from documents that are no copies, with its rank among the readings of the same figure.
-- zh: 目录指标的单年读数及其优先次序
-- stored by: region_code indicator_id year statistic modality rank metric_id
-- renewed by: region_code
-- column year: Year for which the number holds. | 年份
-- column name_zh: Chinese name of the indicator. | 指标中文名
-- column name_en: English name of the indicator. | 指标英文名
-- column direction: Whether more of it or less of it is better; null where neither is. | 方向
-- column rank: 1 for the best reading of the figure (region, year, indicator_id, statistic, modality). | 优先次序
-- column rank_in_report: 1 for the best reading among those of the same report year. | 同一报告年份内的优先次序
-- column rank_in_unit: 1 for the best reading in this standard unit. | 同一标准单位内的优先次序
-- column readings: How many readings of the figure there are. | 读数个数
with usable as (
    -- A difference to another place or to a plan is no figure of the region; what a copy says is told by its original.
    select m.*, d.doc_type, d.province, m.period_start as year
    from metrics m
    join documents d using (document_id)
    where m.indicator_id is not null
      and m.region_code is not null
      and m.period_start = m.period_end
      and d.copy_of is null
      and coalesce(m.basis, '') not in ('vs_plan', 'vs_nation', 'vs_province', 'annual_average', 'cagr', 'over_period')
      and coalesce(m.scope, 'whole') = 'whole'
      and m.sub_period is null
),

weighed as (
    select
        *,
        floor(confidence * 10 + 1e-9) as sureness,
        -- What has happened is known once the year is over; what was aimed at is told best in the year itself,
        -- else in the last plan before it, and only then in hindsight.
        case
            when modality = 'actual' then case when report_year > year then 0 else 1 end
            else case when report_year = year then 0 when report_year < year then 1 else 2 end
        end as time_order,
        case when modality = 'target' and report_year > year then report_year else -report_year end as report_order,
        case when modality = 'actual' and bound <> 'exact' then 1 else 0 end as vagueness,
        -- The communiqué has the settled figures of the year; the work report sets the targets.
        case
            when modality = 'actual' then list_position(['statistical_communique', 'work_report', 'plan_report', 'budget_report', 'other'], doc_type)
            else list_position(['work_report', 'plan_report', 'budget_report', 'other', 'statistical_communique'], doc_type)
        end as source_order
    from usable
),

ranked as (
    select
        *,
        row_number() over (figure order by time_order, vagueness, report_order, source_order, is_preliminary, sureness desc, char_start, metric_id) as rank,
        row_number() over (report order by vagueness, source_order, is_preliminary, sureness desc, char_start, metric_id) as rank_in_report,
        row_number() over (in_unit order by time_order, vagueness, report_order, source_order, is_preliminary, sureness desc, char_start, metric_id) as rank_in_unit,
        count(*) over (figure rows between unbounded preceding and unbounded following) as readings
    from weighed
    window
        figure as (partition by region_code, year, indicator_id, statistic, modality),
        report as (partition by region_code, year, indicator_id, statistic, modality, report_year),
        in_unit as (partition by region_code, year, indicator_id, statistic, modality, coalesce(unit_std, unit))
),

final as (
    select
        r.region_code, r.region, r.region_level, r.province, r.year,
        r.indicator_id, i.name_zh, i.name_en, i.direction, r.statistic, r.modality,
        r.value, r.value_high, r.unit, r.value_std, r.value_high_std, r.unit_std, r.dimension, r.bound, r.basis, r.is_preliminary,
        r.indicator, r.sentence, r.number_text, r.document_id, r.metric_id, r.doc_type, r.report_year, r.char_start, r.char_end, r.confidence,
        r.quality_flags, r.rank, r.rank_in_report, r.rank_in_unit, r.readings
    from ranked r
    left join indicators i using (indicator_id)
)

select * from final
