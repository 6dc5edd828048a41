-- en: The headline actuals as columns, one row per region and year: the level of each catalogue indicator in its standard unit, its growth in percent.
-- zh: 指标面板：每个地区、年份一行，各核心指标实绩为列
-- after: readings
-- stored by: region_code year
-- renewed by: region_code
-- generated: one column for the level (currencies in CNY) and one, NAME_growth, for the growth of every indicator of the catalogue
-- also in USD: total_trade exports imports fdi_utilized foreign_exchange_reserves
-- column year: Year for which the numbers hold. | 年份
with actuals as (
    select * from readings where modality = 'actual' and rank_in_unit = 1 and statistic in ('level', 'growth_rate')
),

final as (
    select
        region_code,
        year,
        arg_max(region, (report_year, metric_id)) as region,
        arg_max(region_level, (report_year, metric_id)) as region_level,
        arg_max(province, (report_year, metric_id)) as province
        /* generated columns */
    from actuals
    group by region_code, year
)

select * from final
