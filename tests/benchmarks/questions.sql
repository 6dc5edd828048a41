-- What analysts ask. Each is asked several times, with the {region}, {province}, {indicator} and {year} drawn for the turn.

SELECT year, statistic, value, unit, bound
FROM headline
WHERE region_code = '{region}' AND indicator_id = '{indicator}'
ORDER BY year;

SELECT name_zh, statistic, value, unit
FROM headline
WHERE region_code = '{region}' AND year = {year} AND modality = 'actual';

SELECT region, value_std
FROM headline
WHERE indicator_id = '{indicator}' AND year = {year} AND statistic = 'level' AND modality = 'actual'
ORDER BY value_std DESC
LIMIT 20;

SELECT region, target, target_bound, actual, gap, met
FROM targets_vs_actuals
WHERE indicator_id = 'gdp' AND year = {year};

SELECT year, target, actual, met
FROM targets_vs_actuals
WHERE region_code = '{region}'
ORDER BY year, indicator_id;

SELECT year, count(*) FILTER (WHERE met), count(met)
FROM targets_vs_actuals
WHERE statistic = 'growth_rate'
GROUP BY year
ORDER BY year;

SELECT *
FROM indicator_panel
WHERE region_code = '{region}'
ORDER BY year;

SELECT *
FROM indicator_panel
WHERE year = {year} AND province = '{province}';

SELECT year, actual, target, change_on_previous
FROM series
WHERE region_code = '{region}' AND indicator_id = '{indicator}'
ORDER BY year;

SELECT indicator, value, unit, answer_value, met, score
FROM commitments
WHERE region_code = '{region}' AND report_year = {year};

SELECT count(*), count(*) FILTER (WHERE answered), count(*) FILTER (WHERE met)
FROM commitments
WHERE report_year = {year};

SELECT region, report_year, indicator, value
FROM commitments
WHERE indicator LIKE '%住房%'
LIMIT 100;

SELECT region, year, name_zh, first_value, last_value
FROM revisions
WHERE indicator_id = '{indicator}'
LIMIT 100;

SELECT level, growth, growth_implied
FROM growth_and_level
WHERE region_code = '{region}' AND indicator_id = '{indicator}';

SELECT indicator, value, unit, sentence
FROM metrics
WHERE region_code = '{region}' AND report_year = {year} AND modality = 'target';

SELECT statistic, modality, count(*)
FROM metrics
WHERE report_year = {year}
GROUP BY ALL;

SELECT class, count(*)
FROM numbers
GROUP BY class
ORDER BY 2 DESC;

SELECT title, region, char_count
FROM documents
WHERE province = '{province}' AND report_year = {year};

SELECT *
FROM quality_summary
ORDER BY run_id DESC
LIMIT 20;

SELECT document_id, sentence
FROM metrics
WHERE contains(sentence, '数字经济')
LIMIT 50;

SELECT region, report_year, sentence
FROM search_text('新能源汽车')
LIMIT 100;

-- A word of which every report has many sentences.
SELECT region, report_year, sentence
FROM search_text('就业')
LIMIT 100;

SELECT region, count(*)
FROM search_text('生态环境 保护')
GROUP BY region;

SELECT region, count(*)
FROM metrics
WHERE sentence LIKE '%养老%' AND modality = 'target'
GROUP BY region
ORDER BY 2 DESC
LIMIT 20;

SELECT t.ancestor, h.year, sum(h.value_std)
FROM headline h
JOIN region_tree t USING (region_code)
WHERE h.indicator_id = '{indicator}' AND h.statistic = 'level' AND h.modality = 'actual' AND t.ancestor_level = 'province'
GROUP BY ALL
ORDER BY 1, 2;

SELECT indicator_id, year, median(value), count(*)
FROM headline
WHERE statistic = 'growth_rate' AND modality = 'actual'
GROUP BY ALL
ORDER BY 1, 2;

SELECT indicator, count(*) AS times, median(value_std)
FROM metrics
WHERE indicator_id IS NULL AND report_year = {year}
GROUP BY indicator
ORDER BY times DESC
LIMIT 50;
