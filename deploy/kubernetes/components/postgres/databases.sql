CREATE DATABASE nyfiken_ideas;
CREATE DATABASE nyfiken_experiments;
CREATE DATABASE nyfiken_notifications;
