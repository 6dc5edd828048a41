-- en: What is the best reading of each figure of the catalogue? One row per region, year, indicator, statistic and modality, of the place as a whole and a whole year; growth over several years has rows of its own (basis over_period or cagr, period_start before year). Readings in doubt are left out.
-- zh: 核心指标：每个地区、年份、指标、统计量、情态一行，取最佳读数；跨年增长单列，存疑读数除外
-- after: readings
-- stored by: region_code indicator_id year statistic modality
-- renewed by: region_code
-- column region_code: Code of the place the number is of: the document's own region, or the place named beside the number (a city in a table of its province). | 数值所属地区代码
-- column region: Name of that place. | 数值所属地区
-- column region_level: Administrative level of that place. | 数值所属地区级别
-- column province: Province of that place; null for the nation. | 数值所属省份
-- column year: Year for which the number holds; the last one of growth over several years. | 年份
-- column period_start: First year for which it holds: the same year but for growth over several years. | 起始年份
-- column name_zh: Chinese name of the indicator. | 指标中文名
-- column name_en: English name of the indicator. | 指标英文名
-- column is_own: Whether the number is from a document of the region itself. | 是否本地区文档
-- column readings: How many readings of the figure there are, those in doubt left out; the best one is shown. | 读数个数
-- column agreeing: How many of them give the same number, to the rounding of the coarser one, this one among them. | 一致读数个数
-- column chosen_by: The evidence for this reading: its source, how many others agree, its confidence. | 选取依据
-- column doubted: How many readings of the figure were left out because a check puts value, unit, period or modality in doubt. | 存疑而未采用的读数个数
with final as (
    select
        region_code, region, region_level, province, year, period_start, indicator_id, name_zh, name_en, statistic, modality,
        value, value_high, unit, value_std, value_high_std, unit_std, dimension, bound, basis, is_preliminary,
        indicator, sentence, number_text, document_id, metric_id, doc_type, report_year, char_start, char_end, confidence,
        is_own, readings, agreeing, chosen_by, doubted
    from readings
    where rank = 1
)

select * from final
