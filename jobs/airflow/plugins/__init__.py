"""What Airflow loads by itself from its folder of plugins."""
