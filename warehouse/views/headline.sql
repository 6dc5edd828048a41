-- en: The catalogue's indicators, one row per region, year, indicator, statistic and modality: the best reading where reports say a thing more than once.
-- zh: 核心指标：每个地区、年份、指标、统计量、情态一行，取最佳读数
-- after: readings
-- stored by: region_code indicator_id year statistic modality
-- renewed by: region_code
-- column year: Year for which the number holds. | 年份
-- column name_zh: Chinese name of the indicator. | 指标中文名
-- column name_en: English name of the indicator. | 指标英文名
-- column readings: How many readings of the figure there are; the best one is shown. | 读数个数
with final as (
    select
        region_code, region, region_level, province, year, indicator_id, name_zh, name_en, statistic, modality,
        value, value_high, unit, value_std, value_high_std, unit_std, dimension, bound, basis, is_preliminary,
        indicator, sentence, number_text, document_id, metric_id, doc_type, report_year, char_start, char_end, confidence,
        quality_flags, readings
    from readings
    where rank = 1
)

select * from final
