-- en: Does the growth that reports tell fit their levels? Level and growth side by side, one row per region, indicator and year, with the growth that two levels in a row imply.
-- zh: 水平与增长对照：同一指标的水平值、增长率及由相邻两年水平值推算的增长率
-- after: series
-- stored by: region_code indicator_id year
-- renewed by: region_code
-- column region_code: Code of the region today. | 现行区划代码
-- column region: Name of the region today. | 现名称
-- column year: Year for which the numbers hold. | 年份
-- column name_zh: Chinese name of the indicator. | 指标中文名
-- column name_en: English name of the indicator. | 指标英文名
-- column level: The level achieved, in unit_std. | 水平值
-- column level_bound: How the level is bounded. | 水平值界限
-- column unit_std: Unit of the level. | 标准单位
-- column level_target: The level aimed at. | 水平目标
-- column level_before: The level of the year before; null where no report tells of it. | 上年水平值
-- column growth: Growth achieved, in percent, as a report tells it. | 增长率（%）
-- column growth_bound: How the growth is bounded. | 增长率界限
-- column growth_target: Growth aimed at, in percent, the lower end of a range. | 增长目标（%）
-- column growth_target_bound: How that is bounded. | 增长目标界限
-- column growth_implied: Growth in percent that the levels of this year and the one before imply: at prices of each year, where the report's own is often at constant prices. | 推算增长率（%）
-- column difference: Growth as told minus growth implied, in percentage points. | 差额（百分点）
with counted as (
    select *, count(*) over (partition by region_code, indicator_id, unit_std) as years from series where statistic = 'level'
),

levels as (
    -- Where levels are told in several units, the one with an actual, then the one with most years.
    select * from counted
    qualify row_number() over (partition by region_code, indicator_id, year order by actual is null, years desc, unit_std) = 1
),

growths as (
    select * from series where statistic = 'growth_rate' and unit_std = 'percent'
),

joined as (
    select
        coalesce(l.region_code, g.region_code) as region_code, coalesce(l.region, g.region) as region,
        coalesce(l.region_level, g.region_level) as region_level, coalesce(l.province, g.province) as province,
        coalesce(l.indicator_id, g.indicator_id) as indicator_id, coalesce(l.name_zh, g.name_zh) as name_zh, coalesce(l.name_en, g.name_en) as name_en,
        coalesce(l.year, g.year) as year,
        l.actual as level, l.actual_bound as level_bound, l.unit_std, l.target as level_target, l.previous as level_before,
        g.actual as growth, g.actual_bound as growth_bound, g.target as growth_target, g.target_bound as growth_target_bound
    from levels l
    full join growths g on g.region_code = l.region_code and g.indicator_id = l.indicator_id and g.year = l.year
),

final as (
    select
        region_code, region, region_level, province, indicator_id, name_zh, name_en, year, level, level_bound, unit_std, level_target, level_before,
        growth, growth_bound, growth_target, growth_target_bound,
        case when unit_std not in ('percent', 'pp') then round(100 * (level / nullif(level_before, 0) - 1), 2) end as growth_implied,
        case when unit_std not in ('percent', 'pp') then round(growth - 100 * (level / nullif(level_before, 0) - 1), 2) end as difference
    from joined
)

select * from final
