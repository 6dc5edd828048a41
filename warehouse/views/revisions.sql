-- en: Which figures were revised? Figures for the same year that two reports give differently: exact actuals of the catalogue's indicators that differ by more than their rounding.
-- zh: 数据修订：不同报告对同一年份同一指标给出的不同数值
-- after: readings
-- stored by: region_code indicator_id statistic year
-- renewed by: region_code
-- column year: Year for which the figures hold. | 年份
-- column name_zh: Chinese name of the indicator. | 指标中文名
-- column name_en: English name of the indicator. | 指标英文名
-- column first_value: What the earliest report says, in unit_std. | 最早数值
-- column last_value: What the latest report says, in unit_std. | 最新数值
-- column unit_std: Unit of the figures (as written where it has no standard). | 标准单位
-- column difference: Last value minus first value. | 差额
-- column relative_difference: Difference in percent of the first value; null for rates and where that is 0. | 相对差额
-- column lowest: Lowest figure that a report gives. | 最低数值
-- column highest: Highest figure that a report gives. | 最高数值
-- column reports: How many documents give the figure. | 报告份数
-- column first_document_id: Document of the first value. | 最早文档
-- column last_document_id: Document of the last value. | 最新文档
-- column first_report_year: Year of the report of the first value. | 最早报告年份
-- column last_report_year: Year of the report of the last value. | 最新报告年份
-- column first_sentence: Sentence of the first value. | 最早原句
-- column last_sentence: Sentence of the last value. | 最新原句
with told as (
    select
        *,
        coalesce(value_std, value) as amount,
        coalesce(unit_std, unit, '') as amount_unit,
        nullif(regexp_extract(replace(number_text, ',', ''), '[0-9]+([.][0-9]+)?'), '') as digits
    from readings
    -- What a report says of its own year is a part of the year.
    where modality = 'actual' and bound = 'exact' and report_year > year and period_start = year
),

measured as (
    select
        *,
        -- Half a unit of the last digit written: 126.06万亿元 may be anything from 126.055 to 126.065. Half a percent where no Arabic digit tells.
        coalesce(
            abs(amount) / nullif(cast(digits as double), 0) * 0.5 / pow(10, if(contains(digits, '.'), length(split_part(digits, '.', 2)), 0)),
            0.005 * abs(amount)
        ) as rounding
    from told
),

per_document as (
    select * from measured
    qualify row_number() over (partition by region_code, year, indicator_id, statistic, amount_unit, document_id order by rank) = 1
),

compared as (
    select
        region_code, year, indicator_id, statistic, amount_unit,
        arg_max(region, (report_year, metric_id)) as region, arg_max(region_level, (report_year, metric_id)) as region_level,
        any_value(name_zh) as name_zh, any_value(name_en) as name_en,
        first(amount order by report_year, document_id) as first_value,
        last(amount order by report_year, document_id) as last_value,
        min(amount) as lowest, max(amount) as highest, max(rounding) as rounding, count(*) as reports,
        first(document_id order by report_year, document_id) as first_document_id,
        last(document_id order by report_year, document_id) as last_document_id,
        first(sentence order by report_year, document_id) as first_sentence,
        last(sentence order by report_year, document_id) as last_sentence,
        min(report_year) as first_report_year, max(report_year) as last_report_year
    from per_document
    group by region_code, year, indicator_id, statistic, amount_unit
    having count(*) > 1
),

-- One row per figure: where it is told in several units, the one that most reports use.
final as (
    select
        region_code, region, region_level, year, indicator_id, name_zh, name_en, statistic,
        first_value, last_value, amount_unit as unit_std, last_value - first_value as difference,
        case when statistic = 'level' and amount_unit not in ('percent', 'pp') then 100 * (last_value - first_value) / nullif(abs(first_value), 0) end
            as relative_difference,
        lowest, highest, reports, first_report_year, last_report_year, first_document_id, last_document_id, first_sentence, last_sentence
    from compared
    where highest - lowest > rounding * (1 + 1e-6)
    qualify row_number() over (partition by region_code, year, indicator_id, statistic order by reports desc, amount_unit) = 1
)

select * from final
