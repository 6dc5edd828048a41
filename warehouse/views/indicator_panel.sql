-- en: What was achieved, all indicators side by side? The headline actuals as columns, one row per region and year: the level of each catalogue indicator in its standard unit, its growth over the year before in percent. Readings in doubt are left out.
-- zh: 指标面板：每个地区、年份一行，各核心指标实绩为列
-- after: readings
-- stored by: region_code year
-- renewed by: region_code
-- generated: one column for the level (currencies in CNY) and one, NAME_growth, for the growth of every indicator of the catalogue
-- also in USD: total_trade exports imports fdi_utilized foreign_exchange_reserves
-- column doubted: How many readings of the year were left out because a check puts them in doubt. | 存疑而未采用的读数个数
-- column year: Year for which the numbers hold. | 年份
with actuals as (
    select * from readings where modality = 'actual' and rank_in_unit = 1 and statistic in ('level', 'growth_rate') and period_start = year
),

final as (
    select
        region_code,
        year,
        arg_max(region, (report_year, metric_id)) as region,
        arg_max(region_level, (report_year, metric_id)) as region_level,
        arg_max(province, (report_year, metric_id)) as province,
        (sum(doubted) filter (where rank = 1))::bigint as doubted
        /* generated columns */
    from actuals
    group by region_code, year
)

select * from final
