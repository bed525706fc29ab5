"""When things run: the Airflow DAGs. Nothing heavy is imported while Airflow parses this folder."""
