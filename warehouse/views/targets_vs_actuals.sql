-- en: Was the target met? What a report aimed at for a year beside what the next year's report tells of it, in the standard unit: figures of the catalogue for the place as a whole and a whole year, growth of one year only. Readings in doubt are left out.
-- zh: 目标与实绩对照：某年目标与次年报告所述实绩
-- after: readings
-- stored by: region_code indicator_id statistic year
-- renewed by: region_code
-- column year: Year that the target and the actual are for. | 年份
-- column name_zh: Chinese name of the indicator. | 指标中文名
-- column name_en: English name of the indicator. | 指标英文名
-- column target: The number aimed at, the lower end of a range, in unit_std (in the unit as written where it has no standard). | 目标值
-- column target_high: Upper end of a target that is a range. | 目标值上限
-- column target_bound: How the target is bounded: 左右 approx, 以上 lower, 以内 upper, a range, or exact. | 目标界限
-- column actual: The number told by the report of the year after, in the same unit; null where there is no such report or figure. | 实绩值
-- column actual_high: Upper end of an actual that is a range. | 实绩值上限
-- column actual_bound: How the actual is bounded. | 实绩界限
-- column unit_std: Unit of target and actual. | 标准单位
-- column gap: Actual minus target (the nearer end of a range, 0 within it); null where the units differ or the actual is a range. | 差额
-- column met: Whether the target was met; null where it cannot be said. An exact target is a floor where more is better and a ceiling where less is; 左右 allows 0.2 points (rates) or 2% (amounts), a miss of up to 0.5 points or 5% is left open. | 是否完成
-- column target_report_year: Year of the report that set the target. | 目标所在报告年份
-- column target_document_id: Document that set the target. | 目标所在文档
-- column target_metric_id: The target's metric. | 目标指标编号
-- column target_sentence: Sentence of the target. | 目标原句
-- column actual_report_year: Year of the report that tells the actual. | 实绩所在报告年份
-- column actual_document_id: Document that tells the actual. | 实绩所在文档
-- column actual_metric_id: The actual's metric. | 实绩指标编号
-- column actual_sentence: Sentence of the actual. | 实绩原句
-- column actual_is_preliminary: Whether the report calls the actual preliminary. | 实绩是否初步数
-- column doubted: How many readings of target and actual were left out because a check puts them in doubt. | 存疑而未采用的读数个数
with figures as (
    select *, coalesce(value_std, value) as amount, coalesce(value_high_std, value_high) as amount_high, coalesce(unit_std, unit) as amount_unit
    from readings
    where period_start = year
),

targets as (
    select * from figures where modality = 'target' and rank = 1
),

actuals as (
    select * from figures where modality = 'actual' and report_year = year + 1 and rank_in_report = 1
),

paired as (
    select
        t.region_code, t.region, t.region_level, t.province, t.year, t.indicator_id, t.name_zh, t.name_en, t.direction, t.statistic,
        t.amount as target, t.amount_high as target_high, t.bound as target_bound,
        a.amount as actual, a.amount_high as actual_high, a.bound as actual_bound,
        t.amount_unit as unit_std, t.dimension,
        a.amount is not null and t.amount_unit is not distinct from a.amount_unit as comparable,
        t.report_year as target_report_year, t.document_id as target_document_id, t.metric_id as target_metric_id, t.sentence as target_sentence,
        a.report_year as actual_report_year, a.document_id as actual_document_id, a.metric_id as actual_metric_id, a.sentence as actual_sentence,
        a.is_preliminary as actual_is_preliminary, t.doubted + coalesce(a.doubted, 0) as doubted
    from targets t
    left join actuals a using (region_code, year, indicator_id, statistic)
),

-- A bound speaks of the size of the number: 下降3%以上 is -3 or less. On the number line the bound of a fall is turned round.
turned as (
    select
        *,
        case when target < 0 and target_bound in ('lower', 'upper') then if(target_bound = 'lower', 'upper', 'lower') else target_bound end as target_side,
        case when actual < 0 and actual_bound in ('lower', 'upper') then if(actual_bound = 'lower', 'upper', 'lower') else actual_bound end as actual_side,
        least(target, coalesce(target_high, target)) as target_least, greatest(target, coalesce(target_high, target)) as target_most,
        case when target_bound = 'approx' then if(unit_std in ('percent', 'pp'), 0.2, 0.02 * abs(target)) else 0 end as slack,
        case when target_bound = 'approx' then if(unit_std in ('percent', 'pp'), 0.5, 0.05 * abs(target)) else 0 end as doubt,
        1e-9 * greatest(abs(target), 1) as rounding
    from paired
),

-- What meets the target, from need_least to need_most (null: no end on that side), and where the actual may lie.
sides as (
    select
        *,
        case
            when target_side = 'lower' then target_least
            when target_side = 'upper' then null
            when target_side = 'range' and direction = 'less' then null
            when target_side = 'range' then target_least
            when direction = 'more' then target_least
            when direction = 'less' then null
            else target_least
        end as need_least,
        case
            when target_side = 'upper' then target_most
            when target_side = 'lower' then null
            when target_side = 'range' and direction = 'more' then null
            when target_side = 'range' then target_most
            when direction = 'less' then target_most
            when direction = 'more' then null
            else target_most
        end as need_most,
        -- Where nothing says whether more or less is better, missing an exact figure is no failure that can be told.
        direction is null and target_side in ('exact', 'approx') as undirected,
        case when actual_side = 'upper' then null else least(actual, coalesce(actual_high, actual)) end as actual_least,
        case when actual_side = 'lower' then null else greatest(actual, coalesce(actual_high, actual)) end as actual_most
    from turned
),

judged as (
    select
        *,
        comparable
            and (need_least is null or coalesce(actual_least >= need_least - slack - rounding, false))
            and (need_most is null or coalesce(actual_most <= need_most + slack + rounding, false)) as surely_met,
        comparable and not undirected
            and (coalesce(actual_most < need_least - doubt - rounding, false) or coalesce(actual_least > need_most + doubt + rounding, false)) as surely_missed
    from sides
),

final as (
    select
        region_code, region, region_level, province, year, indicator_id, name_zh, name_en, statistic,
        target, target_high, target_bound, actual, actual_high, actual_bound, unit_std, dimension,
        case
            when not comparable or actual_high is not null then null
            when target_high is null then round(actual - target, 9)
            when actual < target_least then round(actual - target_least, 9)
            when actual > target_most then round(actual - target_most, 9)
            else 0
        end as gap,
        case when surely_met then true when surely_missed then false end as met,
        target_report_year, target_document_id, target_metric_id, target_sentence,
        actual_report_year, actual_document_id, actual_metric_id, actual_sentence, actual_is_preliminary, doubted
    from judged
)

select * from final
