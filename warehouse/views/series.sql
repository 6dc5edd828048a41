-- en: How did a figure develop over the years? One row per region of today, indicator, statistic, unit and year, joined from the reports of many years, actual and target side by side: whole years, growth of one year, no readings in doubt. A region that was renamed is one series.
-- zh: 指标时间序列：跨报告、跨更名地区的逐年实绩与目标
-- after: readings regions_today
-- stored by: region_code indicator_id statistic unit_std year
-- renewed by: region_code
-- column region_code: Code of the region today. | 现行区划代码
-- column region: Name of the region today. | 现名称
-- column told_as: Name under which the reports tell of it in this year. | 报告所用名称
-- column year: Year for which the numbers hold. | 年份
-- column name_zh: Chinese name of the indicator. | 指标中文名
-- column name_en: English name of the indicator. | 指标英文名
-- column unit_std: Unit of all numbers of the row (as written where it has no standard). | 标准单位
-- column actual: What was achieved, by the best reading. | 实绩
-- column actual_high: Upper end of an actual that is a range. | 实绩上限
-- column actual_bound: How the actual is bounded. | 实绩界限
-- column target: What was aimed at, by the best reading. | 目标
-- column target_high: Upper end of a target that is a range. | 目标上限
-- column target_bound: How the target is bounded. | 目标界限
-- column previous: The actual of the year before; null where no report tells of it. | 上年实绩
-- column change_on_previous: Actual minus the actual of the year before. | 较上年变动
-- column gap_years: Years since the last actual of the series; 1 where none is missing, null for the first. | 间隔年数
-- column actual_metric_id: Metric of the actual. | 实绩指标编号
-- column target_metric_id: Metric of the target. | 目标指标编号
-- column actual_report_year: Year of the report of the actual. | 实绩报告年份
-- column target_report_year: Year of the report of the target. | 目标报告年份
-- column actual_document_id: Document of the actual. | 实绩文档
-- column target_document_id: Document of the target. | 目标文档
-- column doubted: How many readings of the two figures were left out because a check puts them in doubt. | 存疑而未采用的读数个数
with named as (
    select
        r.*, coalesce(r.value_std, r.value) as amount, coalesce(r.value_high_std, r.value_high) as amount_high, coalesce(r.unit_std, r.unit, '') as amount_unit,
        coalesce(t.today_code, r.region_code) as today_code, coalesce(t.today, r.region) as today
    from readings r
    left join (
        -- The name of a document's region tells which of the divisions that shared a code is meant.
        select distinct on (region_code, region) region_code, region, today_code, today from regions_today order by region_code, region, valid_from desc nulls last
    ) t using (region_code, region)
    where r.period_start = r.year
),

best as (
    select * from named
    qualify row_number() over (
        partition by today_code, indicator_id, statistic, amount_unit, year, modality order by rank_in_unit, report_year desc, metric_id
    ) = 1
),

-- Documents may name a place of one code in several ways; today's name is the one that the newest report uses.
places as (
    select today_code, arg_max(today, (report_year, metric_id)) as today, arg_max(region_level, (report_year, metric_id)) as region_level, arg_max(province, (report_year, metric_id)) as province
    from best group by today_code
),

joined as (
    select
        b.today_code as region_code, max(b.region) as told_as, b.indicator_id, any_value(b.name_zh) as name_zh, any_value(b.name_en) as name_en,
        b.statistic, b.amount_unit as unit_std, b.year,
        max(b.amount) filter (where b.modality = 'actual') as actual,
        max(b.amount_high) filter (where b.modality = 'actual') as actual_high,
        max(b.bound) filter (where b.modality = 'actual') as actual_bound,
        bool_or(b.is_preliminary) filter (where b.modality = 'actual') as is_preliminary,
        max(b.amount) filter (where b.modality = 'target') as target,
        max(b.amount_high) filter (where b.modality = 'target') as target_high,
        max(b.bound) filter (where b.modality = 'target') as target_bound,
        max(b.metric_id) filter (where b.modality = 'actual') as actual_metric_id,
        max(b.metric_id) filter (where b.modality = 'target') as target_metric_id,
        max(b.report_year) filter (where b.modality = 'actual') as actual_report_year,
        max(b.report_year) filter (where b.modality = 'target') as target_report_year,
        max(b.document_id) filter (where b.modality = 'actual') as actual_document_id,
        max(b.document_id) filter (where b.modality = 'target') as target_document_id,
        (coalesce(max(b.doubted) filter (where b.modality = 'actual'), 0) + coalesce(max(b.doubted) filter (where b.modality = 'target'), 0))::bigint as doubted
    from best b
    group by b.today_code, b.indicator_id, b.statistic, b.amount_unit, b.year
),

told as (
    select
        region_code, indicator_id, statistic, unit_std, year,
        lag(year) over series as last_year, lag(actual) over series as last_actual
    from joined
    where actual is not null
    window series as (partition by region_code, indicator_id, statistic, unit_std order by year)
),

final as (
    select
        j.region_code, p.today as region, j.told_as, p.region_level, p.province, j.indicator_id, j.name_zh, j.name_en, j.statistic, j.unit_std, j.year,
        j.actual, j.actual_high, j.actual_bound, j.is_preliminary, j.target, j.target_high, j.target_bound,
        case when t.last_year = j.year - 1 then t.last_actual end as previous,
        case when t.last_year = j.year - 1 then round(j.actual - t.last_actual, 9) end as change_on_previous,
        j.year - t.last_year as gap_years,
        j.actual_metric_id, j.target_metric_id, j.actual_report_year, j.target_report_year, j.actual_document_id, j.target_document_id,
        j.doubted
    from joined j
    join places p on p.today_code = j.region_code
    left join told t using (region_code, indicator_id, statistic, unit_std, year)
)

select * from final
